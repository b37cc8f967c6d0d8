using System.Net;
using Nfqlb.EndToEnd.Model;
using Nfqlb.EndToEnd.Packets;

namespace Nfqlb.EndToEnd.Soak;

/// <summary>The judge of the soak, tried on faults.</summary>
public sealed class SoakJudgeTests
{
    private static readonly int[] Marks = [5, 6];

    private static readonly PacketTuple Packet = new(
        IPAddress.Parse("10.0.0.1"), IPAddress.Parse("10.0.0.2"), PacketTuple.Udp, 1, 80);

    private readonly SettingHistory _history;

    /// <summary>First target 0 has everything; from a change at 2000 to 3000 on, target 1.</summary>
    public SoakJudgeTests()
    {
        var first = new Setting(new Dictionary<string, FlowModel>(), new Dictionary<string, IReadOnlyList<int?>>
        {
            [Setting.Web] = [5],
            [Setting.Alt] = [Setting.AltMark(1)],
        });
        _history = new SettingHistory(first);
        _history.Add(first.WithFlow(new FlowModel("f", Setting.Alt) { Priority = 1 }), 2_000_000, 3_000_000);
    }

    [Theory]
    [InlineData(1_000_000, 1_100_000, 0, true)]
    [InlineData(1_000_000, 1_100_000, 1, false)]
    [InlineData(1_000_000, 2_100_000, 0, true)] // on its way when the change was called
    [InlineData(1_000_000, 2_100_000, 1, true)]
    [InlineData(2_900_000, 3_100_000, 0, true)]
    [InlineData(2_900_000, 3_100_000, 1, true)]
    [InlineData(3_100_000, 3_200_000, 0, false)]
    [InlineData(3_100_000, 3_200_000, 1, true)]
    public void A_packet_is_where_some_setting_of_its_time_has_it(long sent, long arrived, int target, bool isRight)
    {
        var judge = new SoakJudge(_history, Marks);
        judge.Judge(new ArrivedPacket(0, 0, sent, arrived), Packet, target);
        Assert.Equal(isRight, judge.Astray.Count == 0);
    }

    [Fact]
    public void A_packet_without_times_is_where_any_setting_has_it()
    {
        var judge = new SoakJudge(_history, Marks);
        judge.Judge(Packet, 0);
        judge.Judge(Packet, 1);
        Assert.Empty(judge.Astray);
        judge.Judge(Packet, 2);
        Assert.Single(judge.Astray);
    }
}
