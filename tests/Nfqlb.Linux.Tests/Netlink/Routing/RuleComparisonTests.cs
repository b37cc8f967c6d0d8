using Nfqlb.Linux.Netlink.Routing;
using Nfqlb.Routing;
using static Nfqlb.Linux.Tests.Netlink.Routing.RoutingLab;
using static Nfqlb.Linux.Tests.Netlink.Routing.Samples;

namespace Nfqlb.Linux.Tests.Netlink.Routing;

/// <summary>Which rules the kernel takes for one another, asked of the kernel for every pair.</summary>
public sealed class RuleComparisonTests
{
    private static readonly RoutingRule Plain = new(IpFamily.Ipv4, 100, RuleAction.GoTo(200));

    private static readonly RoutingRule[] Alike =
    [
        Plain,
        Plain with { Action = RuleAction.GoTo(300) },
        Plain with { Action = LookUp(7) },
        Plain with { Action = LookUp(8) },
        Plain with { Action = LookUp(7000) },
        Plain with { Action = RuleAction.Nop },
        Plain with { Action = RuleAction.Blackhole },
        Plain with { Priority = 101 },
        Plain with { Protocol = RoutingProtocol.Static },
        Plain with { Fwmark = FwmarkMatch.Exactly(1) },
        Plain with { Fwmark = FwmarkMatch.Exactly(1), IsInverted = true },
        Plain with { Fwmark = FwmarkMatch.Exactly(2) },
        Plain with { Fwmark = new(1, 1) },
        Plain with { Fwmark = new(0, 1) },
        Plain with { Fwmark = new(0, uint.MaxValue) },
        Plain with { Fwmark = new(0, 2), IsInverted = true },
        Plain with { From = Block("10.0.0.0/8") },
        Plain with { From = Block("10.0.0.0/9") },
        Plain with { To = Block("10.0.0.0/8") },
        Plain with { IncomingLink = "lb0" },
        Plain with { IncomingLink = "lb1", From = Block("10.0.0.0/8"), Fwmark = FwmarkMatch.Exactly(1) },
    ];

    [KernelFact]
    public void The_kernel_says_so_of_every_pair() => Run(socket =>
    {
        socket.Make(batch =>
        {
            batch.Add(Plain with { Priority = 200, Action = RuleAction.Nop });
            batch.Add(Plain with { Priority = 300, Action = RuleAction.Nop });
        });
        foreach (var first in Alike)
        {
            foreach (var second in Alike)
            {
                AssertLikeTheKernel(socket, first, second);
            }
        }
    });

    [Fact]
    public void Some_that_differ_collide()
    {
        Assert.True(Plain.Collides(Plain with { Action = RuleAction.GoTo(300) }));
        Assert.False(Plain.Collides(Plain with { Protocol = RoutingProtocol.Static }));
        Assert.True((Plain with { Fwmark = new(0, 1) }).Deletes(Plain with { Fwmark = new(1, 1) }));
        Assert.False((Plain with { Fwmark = new(1, 1) }).Deletes(Plain with { Fwmark = new(0, 1) }));
    }

    private static void AssertLikeTheKernel(RoutingSocket socket, RoutingRule first, RoutingRule second)
    {
        socket.Make(batch => batch.Add(first));
        var addition = Assert.Single(socket.Try(batch => batch.Add(second)));
        Assert.True(
            addition.IsSuccess || addition.IsAlreadyThere, $"{second} beside {first}: errno {addition.Errno}");
        Assert.True(addition.IsAlreadyThere == second.Collides(first), $"collision: {second} beside {first}");
        if (addition.IsSuccess)
        {
            // The first one is in front, so it goes if it may.
            socket.Make(batch => batch.Delete(second));
            bool isFirstLeft = socket.ReadRules(IpFamily.Ipv4).Contains(first);
            Assert.True(isFirstLeft != second.Deletes(first), $"deletion of {second} behind {first}");
            socket.Make(batch => batch.Delete(isFirstLeft ? first : second));
            return;
        }

        socket.Make(batch => batch.Delete(first));
    }
}
