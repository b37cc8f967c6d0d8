namespace Nfqlb.ControlPlane.Store;

/// <summary>What was asked for before cannot be read, or not be kept. Nothing was changed.</summary>
/// <param name="message">One line that names the file.</param>
public sealed class StateStoreException(string message) : Exception(message);
