namespace Nfqlb.Linux.Tun;

/// <summary>A tun device cannot be used. Nothing was changed.</summary>
/// <param name="device">Its name.</param>
/// <param name="reason">Why, without the name.</param>
public sealed class TunException(string device, string reason) : Exception($"tun device {device}: {reason}")
{
    /// <summary>Why, without the device's name.</summary>
    public string Reason { get; } = reason;
}
