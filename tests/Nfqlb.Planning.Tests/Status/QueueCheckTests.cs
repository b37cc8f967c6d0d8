using Nfqlb.Planning.Objects;
using Nfqlb.Planning.Status;
using Nfqlb.Planning.Tests.Support;
using Nfqlb.Queues;

namespace Nfqlb.Planning.Tests.Status;

public class QueueCheckTests
{
    private const int Balancer = 7;

    private static readonly QueueRule Rule = new(new QueueRange(new QueueNumber(0), new QueueNumber(3)));

    [Fact]
    public void The_queues_of_the_rule_are_read_by_the_balancer() => Assert.Equal(
        ["Ok: 0:3 read by nfqlb (pid 7), nothing dropped"],
        Find(Rule, Bound(0), Bound(1), Bound(2), Bound(3)));

    [Fact]
    public void Queues_that_nobody_reads_are_named() => Assert.Equal(
        [
            "Ok: 1 read by nfqlb (pid 7), nothing dropped",
            "Bad: nobody reads 0, 2:3 of 0:3: packets are dropped -> nfqlb vip-set --vips=10.0.0.1/32 --queue=1",
        ],
        Find(Rule, Bound(1)));

    [Fact]
    public void With_bypass_that_loses_nothing() => Assert.Equal(
        ["Warn: nobody reads 0:3 of 0:3: packets pass unbalanced -> nfqlb flowlb --queue=0:3"],
        Find(Rule with { Bypass = true }));

    [Fact]
    public void Another_reader_of_such_a_queue_is_bad_and_of_another_queue_is_none_of_our_business() => Assert.Equal(
        [
            "Ok: 0:2 read by nfqlb (pid 7), nothing dropped",
            "Bad: 3 read by ids (pid 9), which is not the balancer (pid 7)",
            "Ok: 8 read by other (pid 11), nothing dropped",
        ],
        Find(Rule, Bound(0), Bound(1), Bound(2), Bound(3, "ids", 9), Bound(8, "other", 11)));

    [Fact]
    public void A_balancer_that_reads_other_queues_than_the_rule_fills_gets_nothing() => Assert.Equal(
        [
            "Warn: 5 read by nfqlb (pid 7), and packets for VIPs go to 0:3",
            "Bad: nobody reads 0:3 of 0:3: packets are dropped -> nfqlb vip-set --vips=10.0.0.1/32 --queue=5",
        ],
        Find(Rule, Bound(5)));

    [Fact]
    public void Drops_are_told_and_a_queue_of_the_rules_of_others_is_fine() => Assert.Equal(
        ["Warn: 2 read by nfqlb (pid 7); 12 packets dropped since, as they were full: see flowlb --qlength"],
        Find(null, Bound(2) with { Dropped = 12 }));

    [Fact]
    public void Nobody_reads_anything() =>
        Assert.Equal(["Bad: nobody reads any -> nfqlb flowlb --queue=0:3"], Find(null));

    private static BoundQueue Bound(int number, string owner = "nfqlb", int pid = Balancer) =>
        new(number, $"{owner} (pid {pid})", pid, Dropped: 0);

    private static string[] Find(QueueRule? rule, params BoundQueue[] bound) =>
        Said.By(QueueCheck.Findings(bound, rule, Balancer, "10.0.0.1/32"));
}
