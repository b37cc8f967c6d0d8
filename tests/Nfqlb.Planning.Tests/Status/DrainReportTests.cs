using Nfqlb.Planning.Objects;
using Nfqlb.Planning.Status;
using Nfqlb.Planning.Tests.Support;

namespace Nfqlb.Planning.Tests.Status;

/// <summary>What `status` says while pools drain.</summary>
public class DrainReportTests
{
    [Fact]
    public void Pools_that_drain_are_named_for_how_long_and_what_is_remembered()
    {
        Assert.Empty(PoolCheck.Drains(DrainState.None with { Room = 65_536, Connections = 12 }));
        var drain = new DrainState(new Dictionary<string, double> { ["web"] = 41.2 })
        {
            Connections = 12, Room = 100, Evicted = 3,
        };
        Assert.Equal(
            [
                "Ok: [web] drains: connections keep their targets for 42 s more",
                "Ok: drain: 12 of 100 connections remembered, 3 forgotten for want of room",
            ],
            Said.By(PoolCheck.Drains(drain)));
    }
}
