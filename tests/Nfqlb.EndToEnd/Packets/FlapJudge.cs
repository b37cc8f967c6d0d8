namespace Nfqlb.EndToEnd.Packets;

/// <summary>Where packets were while a target went and came, against where they had to be.</summary>
internal sealed class FlapJudge(FlapHistory history)
{
    private const int MostNamed = 10;

    private int _certain, _either;

    /// <summary>Packets of flows whose home was out of the pool all the while.</summary>
    public int HomeWasOut { get; private set; }

    /// <summary>The first packets that were somewhere else, each with the reason.</summary>
    public List<string> Astray { get; } = [];

    /// <param name="seenAt">The mark of the target that the packet has arrived at.</param>
    /// <param name="home">The mark of its flow while the target is in its pool.</param>
    /// <param name="homeWhenOut">The mark of its flow while it is not.</param>
    /// <remarks>
    /// A packet that was sent and had arrived within one settled span was decided in it, so it can only be in one
    /// place. One that was under way during a change may be in either.
    /// </remarks>
    public void Judge(ArrivedPacket packet, int seenAt, int home, int homeWhenOut)
    {
        SettledSpan? span = history.SpanOf(packet.Sent, packet.Arrived);
        bool isRight = span switch
        {
            { IsIn: true } => seenAt == home,
            { IsIn: false } => seenAt == homeWhenOut,
            null => seenAt == home || seenAt == homeWhenOut,
        };
        _certain += span != null ? 1 : 0;
        _either += span == null ? 1 : 0;
        HomeWasOut += span is { IsIn: false } && home != homeWhenOut ? 1 : 0;
        if (!isRight && Astray.Count < MostNamed)
        {
            Astray.Add($"{packet} at {seenAt}, in {span}: home {home}, when out {homeWhenOut}");
        }
    }

    public override string ToString() =>
        $"{_certain} packets decided in a settled span ({HomeWasOut} with their home out), {_either} during a change";
}
