using Nfqlb.EndToEnd.Model;
using Nfqlb.EndToEnd.Packets;

namespace Nfqlb.EndToEnd.Soak;

/// <summary>Where packets were, against where some setting that may have been in force had them.</summary>
/// <param name="history">What was in force when.</param>
/// <param name="marks">The marks of the targets, in their order.</param>
internal sealed class SoakJudge(SettingHistory history, IReadOnlyList<int> marks)
{
    private const int MostNamed = 10;

    /// <summary>Packets about which more than one setting may have decided.</summary>
    public int DuringChange { get; private set; }

    /// <summary>The first packets that were somewhere else, each with what would have been right.</summary>
    public List<string> Astray { get; } = [];

    /// <summary>A packet whose times are known.</summary>
    public void Judge(ArrivedPacket packet, PacketTuple tuple, int seenAt)
    {
        int[] legal = [.. history.Between(packet.Sent, packet.Arrived).Select(s => s.TargetOf(tuple, marks))];
        DuringChange += legal.Length > 1 ? 1 : 0;
        Check(legal, $"{packet} {tuple}", seenAt);
    }

    /// <summary>A packet that was sent and arrived at some time within the history.</summary>
    public void Judge(PacketTuple tuple, int seenAt) =>
        Check([.. history.All.Select(setting => setting.TargetOf(tuple, marks)).Distinct()], $"{tuple}", seenAt);

    private void Check(int[] legal, string what, int seenAt)
    {
        if (!legal.Contains(seenAt) && Astray.Count < MostNamed)
        {
            Astray.Add($"{what} at target {seenAt}, not {string.Join(" or ", legal.Distinct())}");
        }
    }
}
