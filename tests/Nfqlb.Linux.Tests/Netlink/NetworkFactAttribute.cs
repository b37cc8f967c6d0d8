namespace Nfqlb.Linux.Tests.Netlink;

/// <summary>A test in a network namespace of its own; skipped, with the reason, where none can be made.</summary>
internal sealed class NetworkFactAttribute : FactAttribute
{
    public NetworkFactAttribute() => Skip = PrivateNetwork.Obstacle.Value;
}
