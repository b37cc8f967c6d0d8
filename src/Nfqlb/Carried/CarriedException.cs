namespace Nfqlb.Carried;

/// <summary>Bytes that should say what another balancer knew, and do not.</summary>
public sealed class CarriedException(string message) : Exception(message);
