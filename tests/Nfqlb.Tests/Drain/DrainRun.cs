using Nfqlb.Carried;
using Nfqlb.Drain;
using Nfqlb.Maglev;
using Nfqlb.Packets;
using Nfqlb.Tests.Maglev;
using Nfqlb.Tests.Wire;

namespace Nfqlb.Tests.Drain;

/// <summary>A pool and the plain model of it, to which the same happens.</summary>
internal sealed class DrainRun
{
    private const long Second = 1_000_000_000;
    private const long Lasts = 10 * Second;
    private static readonly PoolSize Size = new(101, 6);

    private readonly bool _movesUdp;
    private ConnectionTable? _connections;
    private TargetPool _pool;
    private long _skew;
    private readonly PlainDrain? _plain;
    private long _now = Second;
    private PoolContent _content;

    public DrainRun(bool movesUdp, bool drains = true)
    {
        var bytes = new byte[PoolSegment.BytesFor(Size)];
        var segment = PoolSegment.Format(bytes, Size, ownMark: 0);
        var targets = Enumerable.Range(0, 4).Select(slot => new SlotTarget(new FirewallMark(100 + slot)));
        _content = Pools.ContentOf(segment.Shape, [.. targets]);
        segment.Publish(_content);
        _movesUdp = movesUdp;
        _connections = drains ? Memory() : null;
        _pool = new TargetPool(new PoolName("p"), segment, 1, _connections);
        if (drains)
        {
            _plain = new PlainDrain(Lasts, movesUdp);
            _plain.Change(_now, segment.CopyTable());
        }
    }

    /// <summary>The packet of the last step; null when that was another one.</summary>
    public Sent? Last { get; private set; }

    public void Take(Step step)
    {
        Last = null;
        switch (step.Kind)
        {
            case < 2:
                Change(step.Number % Size.Slots, step.Value);
                break;
            case 3:
                _now += step.Number * Second / 4;
                break;
            default:
                Last = Send((ushort)(1_000 + step.Number), step.Value);
                break;
        }
    }

    /// <summary>Another balancer goes on, with a clock of its own.</summary>
    public void TakeOver()
    {
        var writer = new CarriedWriter();
        CarriedDrains.Write(
            writer, _pool.Draining is { } draining ? [draining] : [], _connections, _now + _skew);
        _skew += 1_000 * Second;
        _connections = Memory();
        _connections.NumberPool(); // the pool has another number there
        _pool = new TargetPool(_pool.Name, _pool.Segment, 1, _connections);
        var reader = new CarriedReader(writer.Written);
        _pool.Carry(CarriedDrains.Read(ref reader, _now + _skew));
    }

    /// <summary>Connections whose target cannot keep them, or whose entry has drained.</summary>
    public void Forget(Dictionary<ushort, Home> homes)
    {
        foreach (var (port, home) in homes)
        {
            bool isThere = _content.Slots.Any(target =>
                target is { CanKeepConnections: true, Mark.Value: var mark } && mark == home.Mark);
            bool isOwner = _plain!.Table.MarkOf(_plain.Table.Entries[home.Entry]) == home.Mark;
            bool isSafe = _plain.StateOf(home.Entry, _now).Since is null;
            if (!isThere || (isSafe && !isOwner))
            {
                homes.Remove(port);
            }
        }
    }

    private ConnectionTable Memory()
    {
        long skew = _skew;
        return new ConnectionTable(
            new DrainOptions { Nanoseconds = Lasts, MovesUdp = _movesUdp, Clock = () => _now + skew });
    }

    private void Change(int slot, int value)
    {
        SlotTarget? target = _content.Slots[slot];
        target = value switch
        {
            0 => null,
            1 => new SlotTarget(new FirewallMark(200 + slot)),
            2 => new SlotTarget(new FirewallMark(100 + slot)),
            3 => target is { } one ? one with { State = TargetState.Drain } : null,
            4 => target is { } one ? one with { State = TargetState.Down } : null,
            5 => target is { } one ? one with { Health = TargetHealth.Bad, KeepsWhileBad = slot % 2 == 0 } : null,
            6 => target is { } one ? one with { State = TargetState.Up, Health = TargetHealth.Good } : null,
            _ => target is { } one ? one with { Weight = (ushort)(value - 7) } : null,
        };
        _content = _content.With(slot, target);
        _pool.Segment.Publish(_content);
        if (_plain is not null)
        {
            _plain.Change(_now, _pool.Segment.CopyTable());
            _pool.Follow();
        }
    }

    private Sent Send(ushort port, int value)
    {
        // Each connection has one protocol; one packet of three opens it.
        var stage = value < 4 ? ConnectionStage.Opens : value < 9 ? ConnectionStage.Open : ConnectionStage.Ends;
        byte[] bytes = port % 4 == 0 ? Ip.V4().Udp(port, 443, Quic(stage)) : Tcp(port, stage);
        Packet.TryParse(bytes, out var packet);
        stage = ConnectionStages.Of(packet, bytes);
        if (!_pool.TryFind(HashMode.Tuple, default, packet.Key, out var target))
        {
            target = _pool.Settle(HashMode.Tuple, default, packet, bytes, _now + _skew);
        }
        int mark = target.IsFound ? target.Mark.Value : -1;
        int entry = _pool.Segment.Locate(_pool.Segment.HashOf(HashMode.Tuple, packet.Key)).Entry;
        if (_plain is not null)
        {
            ushort slot = _plain.Choose(entry, new ConnectionKey(1, packet.Key), stage, _now);
            Assert.Equal(_plain.Table.MarkOf(slot), mark);
        }
        return new Sent(port, stage, entry, mark);
    }

    private static byte[] Quic(ConnectionStage stage)
    {
        var payload = new byte[1_200];
        (payload[0], payload[4]) = (stage == ConnectionStage.Opens ? (byte)0xc0 : (byte)0x40, 1);
        return payload;
    }

    private static byte[] Tcp(ushort port, ConnectionStage stage)
    {
        byte[] header = Transport.Tcp(port, 80);
        header[13] = (byte)(stage switch
        {
            ConnectionStage.Opens => 0x02,
            ConnectionStage.Ends => 0x11,
            _ => 0x10,
        });
        return Ip.V4().Carry(IpProtocol.Tcp, header);
    }
}

/// <summary>A step of a history.</summary>
/// <param name="Kind">0 to 2 a change of a target, 3 a pause, else a packet.</param>
/// <param name="Number">Which slot, how long, which connection.</param>
/// <param name="Value">What of it.</param>
internal sealed record Step(int Kind, int Number, int Value);

/// <summary>Where a connection was opened.</summary>
internal sealed record Home(int Entry, int Mark);

/// <summary>A packet and what became of it.</summary>
internal sealed record Sent(ushort Port, ConnectionStage Stage, int Entry, int Mark);
