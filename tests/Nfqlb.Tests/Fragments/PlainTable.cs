using Nfqlb.Fragments;

namespace Nfqlb.Tests.Fragments;

/// <summary>A table with its limits once more, plain and slow: lists that are searched from end to end.</summary>
/// <remarks>Of packets of a fixed number of pieces, which neither overlap nor outlive what can be renewed.</remarks>
internal sealed class PlainTable(int packets, int fragments, int pieces, long ttl)
{
    private readonly Room _decided = new(packets, ttl, packet => 1);
    private readonly Room _waiting = new(fragments, ttl, packet => packet.Pieces.Count);

    public int Stored => _waiting.Held;

    public int Entries => _decided.Packets.Count + _waiting.Packets.Count;

    public int GivenUp { get; private set; }

    public int Displaced { get; private set; }

    /// <summary>What becomes of a fragment, and which pieces of its packet its coming sets free.</summary>
    public (FragmentOutcome Outcome, int[] Released) Add(string source, uint id, int piece, long now)
    {
        _decided.Expire(now);
        _waiting.Expire(now);
        if (piece == 0)
        {
            return First(source, id, now);
        }
        return (_decided.Find(source, id) is { } decided
            ? Cover(decided, piece, FragmentOutcome.Passed, now)
            : Wait(source, id, piece, now), []);
    }

    private (FragmentOutcome Outcome, int[] Released) First(string source, uint id, long now)
    {
        if (_decided.Find(source, id) is { } before)
        {
            if (before.Pieces.Count < pieces)
            {
                return (FragmentOutcome.Duplicate, []);
            }
            _decided.Remove(before);
        }
        if (_decided.Packets.Count == packets)
        {
            _decided.Remove(_decided.Dispensable());
            GivenUp++;
        }
        int[] released = [];
        if (_waiting.Find(source, id) is { } waiting)
        {
            released = [.. waiting.Pieces];
            _waiting.Remove(waiting);
        }
        _decided.Packets.Add(new Packet(source, id, now) { Pieces = { 0 } });
        _decided.NoteGreed();
        return (FragmentOutcome.Passed, released);
    }

    private FragmentOutcome Wait(string source, uint id, int piece, long now)
    {
        var packet = _waiting.Find(source, id);
        if (_waiting.Held == fragments)
        {
            var dispensable = _waiting.Dispensable();
            if (dispensable == packet)
            {
                return FragmentOutcome.NotStored;
            }
            _waiting.Remove(dispensable);
            Displaced += dispensable.Pieces.Count;
        }
        if (packet is null)
        {
            packet = new Packet(source, id, now);
            _waiting.Packets.Add(packet);
        }
        var outcome = Cover(packet, piece, FragmentOutcome.Stored, now);
        _waiting.NoteGreed();
        return outcome;
    }

    private FragmentOutcome Cover(Packet packet, int piece, FragmentOutcome fresh, long now)
    {
        if (packet.Pieces.Contains(piece))
        {
            return FragmentOutcome.Duplicate;
        }
        packet.Pieces.Add(piece);
        packet.LastHit = now;
        foreach (var room in new[] { _decided, _waiting }.Where(room => room.Packets.Remove(packet)))
        {
            room.Packets.Add(packet);
        }
        return fresh;
    }

    private sealed record Packet(string Source, uint Id, long Since)
    {
        public List<int> Pieces { get; } = [];

        public long LastHit { get; set; } = Since;
    }

    /// <summary>Packets by their last hit.</summary>
    private sealed class Room(int capacity, long ttl, Func<Packet, int> weight)
    {
        private readonly List<string> _greedy = [];

        public List<Packet> Packets { get; } = [];

        public int Held => Packets.Sum(packet => packet.Pieces.Count);

        public Packet? Find(string source, uint id) =>
            Packets.SingleOrDefault(packet => (packet.Source, packet.Id) == (source, id));

        public void Expire(long now)
        {
            Packets.RemoveAll(packet => packet.LastHit + ttl <= now);
            NoteGreed();
        }

        public void Remove(Packet packet)
        {
            Packets.Remove(packet);
            NoteGreed();
        }

        /// <summary>Remembers in which order sources came to have more than their share.</summary>
        public void NoteGreed()
        {
            var held = Packets.GroupBy(packet => packet.Source)
                .ToDictionary(of => of.Key, of => of.Sum(weight));
            bool IsGreedy(string source) => held.GetValueOrDefault(source) > Math.Max(1, capacity / 8);
            _greedy.RemoveAll(source => !IsGreedy(source));
            _greedy.AddRange(held.Keys.Where(source => IsGreedy(source) && !_greedy.Contains(source)));
        }

        public Packet Dispensable()
        {
            string? greediest = _greedy.MaxBy(source => Packets.Where(p => p.Source == source).Sum(weight));
            return Packets.First(packet => greediest is null || packet.Source == greediest);
        }
    }
}
