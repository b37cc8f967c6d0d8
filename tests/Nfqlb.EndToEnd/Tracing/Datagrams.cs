using Nfqlb.EndToEnd.Lab;

namespace Nfqlb.EndToEnd.Tracing;

/// <summary>Datagrams to 127.0.0.9:9, the destination that these tests send to a queue.</summary>
internal static class Datagrams
{
    // Half of what a queue holds, so that a busy machine loses nothing before the balancer.
    private const int Portion = 500;

    /// <summary>Sends as many; none is lost, as the next ones wait until the balancer has seen the last.</summary>
    /// <exception cref="TimeoutException">The balancer no longer takes packets.</exception>
    public static void Send(int packets, Balancer balancer)
    {
        for (int sent = 0; sent < packets;)
        {
            int portion = Math.Min(Portion, packets - sent);
            balancer.Host.Shell($"for i in $(seq {portion}); do echo > /dev/udp/127.0.0.9/9; done");
            sent += portion;
            Eventually.True(() => Received(balancer) == sent, $"{sent} packets received");
        }
    }

    /// <summary>What the balancer has taken from all of its queues.</summary>
    public static long Received(Balancer balancer) =>
        balancer.Counters().GetProperty("queues").EnumerateArray().Sum(row => row.GetProperty("packets").GetInt64());
}
