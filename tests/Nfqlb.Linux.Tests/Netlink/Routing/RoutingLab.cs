using Nfqlb.Linux.Netlink.Routing;
using Nfqlb.Routing;

namespace Nfqlb.Linux.Tests.Netlink.Routing;

/// <summary>A private network with two linked interfaces, lb0 (4) and lb1 (5), and a socket in it.</summary>
internal static class RoutingLab
{
    public static readonly LinkIndex Lb0 = new(4);

    public static void Run(Action<RoutingSocket> body) => PrivateNetwork.Run(() =>
    {
        const string links = """
            link set lo up
            link add lb0 index 4 type veth peer name lb1 index 5
            link set lb0 up
            link set lb1 up
            address add 172.16.1.1/24 dev lb0
            address add fd00::1/64 dev lb0 nodad
            """;
        PrivateNetwork.Command("ip", "-batch -", links + "\n");
        using var socket = RoutingSocket.Open();
        body(socket);
    });

    /// <summary>Makes changes that must all succeed.</summary>
    public static void Make(this RoutingSocket socket, Action<RoutingBatch> changes)
    {
        foreach (var result in socket.Try(changes))
        {
            result.ThrowOnError();
        }
    }

    public static IReadOnlyList<Linux.Netlink.NetlinkResult> Try(
        this RoutingSocket socket, Action<RoutingBatch> changes)
    {
        var batch = new RoutingBatch();
        changes(batch);
        return socket.Apply(batch);
    }
}
