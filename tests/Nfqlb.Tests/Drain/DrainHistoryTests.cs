using FsCheck;
using FsCheck.Fluent;
using Nfqlb.Packets;
using Nfqlb.Tests.Support;

namespace Nfqlb.Tests.Drain;

/// <summary>Histories of changes, packets and time, drawn at random.</summary>
public class DrainHistoryTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Packets_go_where_the_plain_model_says(bool movesUdp) => Seeded.ForAll(Histories(), history =>
    {
        var run = new DrainRun(movesUdp);
        Assert.All(history, run.Take);
    }, count: 300);

    [Fact]
    public void A_connection_never_leaves_a_target_that_is_there_while_the_drain_lasts() =>
        Seeded.ForAll(Histories(), history =>
        {
            var run = new DrainRun(movesUdp: false);
            var homes = new Dictionary<ushort, Home>();
            foreach (var step in history)
            {
                run.Take(step);
                run.Forget(homes);
                if (run.Last is not { } packet)
                {
                    continue;
                }
                if (packet.Stage == ConnectionStage.Opens)
                {
                    homes[packet.Port] = new Home(packet.Entry, packet.Mark);
                }
                else if (homes.TryGetValue(packet.Port, out var home) && packet.Mark != home.Mark)
                {
                    Assert.Fail($"port {packet.Port} of entry {packet.Entry} left {home.Mark} for {packet.Mark}");
                }
            }
        }, count: 300);

    [Fact]
    public void Without_a_drain_the_same_histories_break_connections()
    {
        int left = 0;
        Seeded.ForAll(Histories(), history =>
        {
            var run = new DrainRun(movesUdp: false, drains: false);
            var homes = new Dictionary<ushort, int>();
            foreach (var step in history)
            {
                run.Take(step);
                if (run.Last is { Stage: ConnectionStage.Opens } opened)
                {
                    homes[opened.Port] = opened.Mark;
                }
                else if (run.Last is { } packet && homes.TryGetValue(packet.Port, out int home))
                {
                    left += packet.Mark == home ? 0 : 1;
                }
            }
        }, count: 50);
        Assert.NotEqual(0, left);
    }

    internal static Gen<Step[]> Histories() => (
        from kind in Gen.Choose(0, 12)
        from number in Gen.Choose(0, 40)
        from value in Gen.Choose(0, 9)
        select new Step(kind, number, value)).ArrayOf(120);
}
