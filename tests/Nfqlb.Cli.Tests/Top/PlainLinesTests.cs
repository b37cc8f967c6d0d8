using Nfqlb.Cli.Top;
using Nfqlb.Maglev;

namespace Nfqlb.Cli.Tests.Top;

/// <summary>Lines for programs.</summary>
public class PlainLinesTests
{
    [Fact]
    public void Every_part_has_a_line_and_what_is_unknown_a_dash()
    {
        var rates = new Rates(
            1.0004,
            new Counted(100, 50),
            new Counted(90, 45.5),
            new Counted(3, 0),
            new Counted(4, 1),
            default,
            [
                new QueueRate(0, new Counted(100, 50), new Counted(4, 1), 2, new Counted(6, 0.5), default(Counted)),
                new QueueRate(1, default, default, null, null, null),
            ],
            [
                new TargetRate(new TargetLook("web", 0, 101, "red", 90, 0.5), new Counted(90, 45.5), 1),
                new TargetRate(new TargetLook("alt", 3, -1, null, 5, null), new Counted(5, 0), null),
                new TargetRate(
                    new TargetLook("alt", 4, 7, "red", 5, null)
                    {
                        Verdict = new(new PoolName("alt"), 4, "red", TargetHealth.Bad)
                        {
                            Since = "2026-11-28 10:00:00Z",
                            Error = "no answer",
                            Latency = TimeSpan.FromMilliseconds(1.5),
                        },
                    },
                    new Counted(5, 0), null),
            ],
            [new FlowRate(new FlowLook("http", "web", 90), new Counted(90, 45.5))])
        {
            Drain = new DrainLook([new DrainingPoolLook("web", 120, 997, 44.2)], 312, 7),
        };

        Assert.Equal(
            [
                "top seconds=1.000 packets/s=50.0 balanced/s=45.5 no_flow=3 no_flow/s=0.0 no_target=4"
                    + " no_target/s=1.0 unparsable=0 unparsable/s=0.0",
                "queue number=0 packets/s=50.0 backlog=2 dropped=4 dropped/s=1.0 queue_full=6 queue_full/s=0.5"
                    + " socket_full=0 socket_full/s=0.0",
                "queue number=1 packets/s=0.0 backlog=- dropped=0 dropped/s=0.0 queue_full=- queue_full/s=-"
                    + " socket_full=- socket_full/s=-",
                "drains connections=312 evicted=7",
                "drain pool=web entries=120 of=997 seconds_left=44.2",
                "target pool=web name=red slot=0 mark=101 packets/s=45.5 share=100.00% ideal=50.00%",
                "target pool=alt name=- slot=3 mark=-1 packets/s=0.0 share=- ideal=-",
                "target pool=alt name=red slot=4 mark=7 packets/s=0.0 share=- ideal=- health=bad"
                    + " since=2026-11-28T10:00:00Z weight_share=1 check_ms=1.5 error=no answer",
                "flow name=http pool=web packets/s=45.5",
            ],
            PlainLines.Of(rates));
    }
}
