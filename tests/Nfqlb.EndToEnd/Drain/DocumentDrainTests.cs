using System.Text.Json;
using Nfqlb.EndToEnd.Lab;
using Nfqlb.EndToEnd.Packets;
using Xunit.Abstractions;

namespace Nfqlb.EndToEnd.Drain;

/// <summary>A file sets a target to drain under real connections: those that are there stay, new ones go
/// elsewhere.</summary>
[BesideOthers]
public sealed class DocumentDrainTests(ITestOutputHelper output)
{
    private const string Pool = "lb-1", FileInHost = "/dev/shm/wanted.yaml";
    private const int Leaves = 1;

    private static readonly DrainLoad Load = new(200, 400, Changes: 1, TimeSpan.FromMilliseconds(800));

    [KernelFact]
    public void A_target_that_a_file_sets_to_drain_keeps_its_connections_and_gets_no_new_ones() =>
        UndisturbedTestbed.Run(4, output, testbed =>
        {
            DrainLoad.StartServers(testbed);
            testbed.Balancer.StartFlowlb("0:3", RuleSet.LongQueues, "--drain-seconds=30");
            Apply(testbed, "up");
            long before = 0;

            var (longOnes, shortOnes) = Load.Run(testbed, _ =>
            {
                string told = Apply(testbed, "drain");
                Assert.Equal(
                    $"~ slot {Leaves} of {Pool}: mark {testbed.Marks[Leaves]} (target {Pool}/{Leaves}): "
                        + "state up -> drain\nMade 1 change: 1 pool\n",
                    told);
                before = PacketsOf(testbed, Leaves);
            });

            output.WriteLine($"up to drain: {longOnes}, {shortOnes}");
            Assert.Equal((0, 0), (longOnes.Broken, longOnes.Lost));
            Assert.Equal((0, 0), (shortOnes.Broken, shortOnes.Lost));
            long kept = PacketsOf(testbed, Leaves);
            Assert.InRange(kept - before, Load.Long / 8, long.MaxValue); // about a quarter of them is there

            // Nobody is left who was there before.
            var (newOnes, _) = Load.Run(testbed, _ => { });
            Assert.Equal((0, 0), (newOnes.Broken, newOnes.Lost));
            Assert.Equal(kept, PacketsOf(testbed, Leaves));
            Assert.Contains("Nothing to do", Apply(testbed, "drain"));

            // Its connections are back, and break when it is down.
            Apply(testbed, "up");
            (longOnes, _) = Load.Run(testbed, _ => Apply(testbed, "down"), "--wait=800");
            output.WriteLine($"up to down: {longOnes}");
            Assert.InRange(longOnes.Broken, Load.Long / 10, Load.Long / 2);
        });

    private static string Apply(Testbed testbed, string state)
    {
        string targets = string.Join('\n', testbed.Marks.Select((mark, slot) =>
            $"      - {{slot: {slot}, mark: {mark}, via: none, state: {(slot == Leaves ? state : "up")}}}"));
        File.WriteAllText(testbed.PathInSharedMemory("wanted.yaml"), $$"""
            pools:
              - name: {{Pool}}
                M: 997
                N: 10
                targets:
            {{targets}}
            flows: [{name: all, target: {{Pool}}}]
            """);
        return testbed.Balancer.Nfqlb("apply", "-f", FileInHost).MustSucceed().Stdout;
    }

    private static long PacketsOf(Testbed testbed, int slot)
    {
        JsonElement targets = testbed.Balancer.Counters().GetProperty("targets");
        return targets.EnumerateArray().Single(target => target.GetProperty("slot").GetInt32() == slot)
            .GetProperty("packets").GetInt64();
    }
}
