using System.Net;
using Nfqlb.EndToEnd.Model;

namespace Nfqlb.EndToEnd.Packets;

/// <summary>The checks that judge the product, tried on faults: a check that cannot fail proves nothing.</summary>
public sealed class CheckerTests
{
    private const int PacketsPerFlow = 2;
    private static readonly int[] Marks = [5, 6];

    private readonly Prediction _prediction;
    private readonly int _flowsOfFirst;

    public CheckerTests()
    {
        var model = new BalancerModel { Pools = { ["p"] = new PoolModel(101, 4).Activate(Marks) } };
        model.SetFlow(new FlowModel("f", "p"));
        PacketTuple[] flows = [.. Enumerable.Range(1, 20).Select(port => new PacketTuple(
            IPAddress.Parse("10.0.0.1"), IPAddress.Parse("10.0.0.2"), PacketTuple.Udp, (ushort)port, 80))];
        // The flows of the first target come first, so that a fault can name one by its index.
        flows = [.. flows.OrderBy(flow => model.MarkOf(flow))];
        _flowsOfFirst = flows.Count(flow => model.MarkOf(flow) == Marks[0]);
        _prediction = new Prediction(model, Marks, flows);
    }

    [Fact]
    public void What_is_predicted_is_right()
    {
        Assert.InRange(_flowsOfFirst, 1, 19);
        _prediction.Check(Predicted(), PacketsPerFlow);
    }

    [Fact]
    public void A_lost_packet_is_seen() => Fails(arrivals => arrivals[0][0]--);

    [Fact]
    public void A_doubled_packet_is_seen() => Fails(arrivals => arrivals[1][19]++);

    [Fact]
    public void A_packet_at_the_wrong_target_is_seen() => Fails(arrivals =>
    {
        arrivals[0][0]--;
        arrivals[1][0] = 1;
    });

    [Fact]
    public void A_duplicate_that_hides_a_loss_is_seen() =>
        Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => _prediction.Check(Predicted(duplicates: 1), PacketsPerFlow));

    // Out from 100 to 200 microseconds; the calls of the changes took 10 each.
    [Theory]
    [InlineData(50, 60, 5, true)] // in: at home
    [InlineData(50, 60, 6, false)]
    [InlineData(120, 130, 6, true)] // out: at the other
    [InlineData(120, 130, 5, false)]
    [InlineData(95, 105, 5, true)] // under way during the change: either
    [InlineData(95, 105, 6, true)]
    [InlineData(95, 105, 7, false)] // but not just anywhere
    [InlineData(195, 250, 5, true)]
    [InlineData(250, 260, 6, false)] // in again
    public void A_packet_at_a_target_that_is_out_is_seen(long sent, long arrived, int seenAt, bool isRight)
    {
        var judge = new FlapJudge(FlapHistory.Parse("100 110 200 210\n"));

        judge.Judge(new ArrivedPacket(0, 0, sent * 1000, arrived * 1000), seenAt, home: 5, homeWhenOut: 6);

        Assert.Equal(isRight, judge.Astray.Count == 0);
    }

    [Theory]
    [InlineData(5, 6)] // as predicted
    [InlineData(6, 5, "nothing arrives")]
    [InlineData(6, 5, "elsewhere")]
    [InlineData(6, 5, "twice")]
    [InlineData(6, 5, "one nobody sent")]
    [InlineData(6, 5, "a byte has changed")]
    public void A_replayed_packet_that_goes_wrong_is_seen(int mark, int other, string fault = "none")
    {
        byte[] packet = [0x45, 0, 0, 20, 1, 2, 3, 4, 64, 17, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14];
        byte[] routed = [.. packet[..8], 63, 17, 15, 16, .. packet[12..]];
        byte[] changed = [.. routed[..^1], 99];
        var arrivals = new Dictionary<int, IReadOnlyList<byte[]>>
        {
            [mark] = fault switch
            {
                "nothing arrives" or "elsewhere" => [],
                "twice" => [routed, routed],
                "one nobody sent" => [routed, changed],
                "a byte has changed" => [changed],
                _ => [routed],
            },
            [other] = fault == "elsewhere" ? [routed] : [],
        };
        PredictedPacket[] sent = [new(packet, mark), new([.. packet[..^1], 0], null)];

        Exception? seen = Record.Exception(() => PredictedPacket.Check(sent, arrivals));

        Assert.Equal(fault != "none", seen != null);
    }

    private void Fails(Action<Dictionary<int, int>[]> fault)
    {
        Arrivals arrivals = Predicted();
        fault([.. arrivals.ByTarget.Select(target => (Dictionary<int, int>)target.PacketsByFlow)]);

        Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => _prediction.Check(arrivals, PacketsPerFlow));
    }

    private Arrivals Predicted(long duplicates = 0) => new(
    [
        new TargetArrivals(Enumerable.Range(0, _flowsOfFirst).ToDictionary(i => i, _ => PacketsPerFlow), duplicates),
        new TargetArrivals(
            Enumerable.Range(_flowsOfFirst, 20 - _flowsOfFirst).ToDictionary(i => i, _ => PacketsPerFlow), 0),
    ]);
}
