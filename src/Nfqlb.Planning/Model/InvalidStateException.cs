namespace Nfqlb.Planning.Model;

/// <summary>What is asked for cannot be. Nothing was changed.</summary>
/// <param name="message">All that is wrong, a line each.</param>
public class InvalidStateException(string message) : Exception(message);
