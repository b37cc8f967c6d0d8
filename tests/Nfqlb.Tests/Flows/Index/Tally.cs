using Nfqlb.Packets;

namespace Nfqlb.Tests.Flows.Index;

/// <summary>What a run of random look-ups came across, to see that it was worth running.</summary>
internal sealed class Tally
{
    public int LookUps { get; private set; }

    public int Found { get; private set; }

    public int Pings { get; private set; }

    public int PingsFound { get; private set; }

    public void Add(in PlainPacket packet, bool isPromiscuousPing, bool isFound)
    {
        bool isPing = isPromiscuousPing && packet.Kind == PacketKind.EchoRequest;
        LookUps++;
        Found += isFound ? 1 : 0;
        Pings += isPing ? 1 : 0;
        PingsFound += isPing && isFound ? 1 : 0;
    }

    /// <summary>At least one in a hundred of either answer, and pings that were answered.</summary>
    public void AssertBothAnswers()
    {
        Assert.InRange(Found, LookUps / 100, LookUps * 99 / 100);
        Assert.InRange(PingsFound, 1, Pings);
    }

    public override string ToString() => $"{LookUps:n0} look-ups found {Found:n0}, {Pings:n0} pings {PingsFound:n0}";
}
