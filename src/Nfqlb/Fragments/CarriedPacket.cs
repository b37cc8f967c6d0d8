using Nfqlb.Carried;
using Nfqlb.Packets;

namespace Nfqlb.Fragments;

/// <summary>What one balancer remembers of a fragmented packet, for the next one.</summary>
/// <remarks>
/// Key: two addresses of 16 bytes (each as two numbers, the high half first), protocol 1, id 4. The time that is left
/// until it is forgotten, and until it can be renewed no more, in nanoseconds, 8 each; they are told by nobody's clock.
/// State 1; mark 4, -1 for a packet to be dropped. The coverage. The number of fragments that wait, 4, and each behind
/// its length.
/// </remarks>
internal sealed record CarriedPacket
{
    /// <summary>Of one that has no coverage and no fragments.</summary>
    public const int LeastBytes = 4 * sizeof(long) + 1 + sizeof(int) + 2 * sizeof(long) + 1 + 4 * sizeof(int);

    private const int DropMark = -1;

    public required FragmentKey Key { get; init; }

    /// <summary>Until it is forgotten, in nanoseconds.</summary>
    public required long TimeLeft { get; init; }

    /// <summary>Until no fragment makes it live longer, in nanoseconds; below 0 when that was.</summary>
    public required long RenewableFor { get; init; }

    public required FragmentState State { get; init; }

    public required Verdict Verdict { get; init; }

    public required Coverage Coverage { get; init; }

    /// <summary>The fragments that wait, oldest first.</summary>
    public IReadOnlyList<byte[]> Waiting { get; init; } = [];

    /// <summary>Writes an entry.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="entry">Of a table that nobody changes now.</param>
    /// <param name="stored">Has its fragments; null where none wait.</param>
    /// <param name="now">Monotonic time, in nanoseconds.</param>
    public static void Write(CarriedWriter writer, in FragmentEntry entry, StoredFragments? stored, long now)
    {
        WriteAddress(writer, entry.Key.Source);
        WriteAddress(writer, entry.Key.Destination);
        writer.WriteByte((byte)entry.Key.Protocol);
        writer.WriteInt((int)entry.Key.Id);
        writer.WriteLong(entry.ExpiresAt - now);
        writer.WriteLong(entry.RenewableUntil - now);
        writer.WriteByte((byte)entry.State);
        writer.WriteInt(entry.Verdict.IsAccept ? entry.Verdict.Mark.Value : DropMark);
        entry.Coverage.WriteTo(writer);
        writer.WriteInt(entry.Waiting.Count);
        for (var rest = entry.Waiting; !rest.IsEmpty;)
        {
            writer.WriteBytes(stored!.First(rest, out rest));
        }
    }

    /// <exception cref="CarriedException">It is torn, or cannot be.</exception>
    public static CarriedPacket Read(ref CarriedReader reader)
    {
        var source = ReadAddress(ref reader);
        var destination = ReadAddress(ref reader);
        var key = new FragmentKey(source, destination, (IpProtocol)reader.ReadByte(), (uint)reader.ReadInt());
        long timeLeft = reader.ReadLong();
        long renewableFor = reader.ReadLong();
        var state = (FragmentState)reader.ReadByte();
        int mark = reader.ReadInt();
        if (state > FragmentState.Poisoned || mark < DropMark)
        {
            throw new CarriedException($"no packet: state {(byte)state}, mark {mark}");
        }
        var coverage = Coverage.Read(ref reader);
        byte[][] waiting = new byte[reader.ReadCount(sizeof(int))][];
        for (int i = 0; i < waiting.Length; i++)
        {
            waiting[i] = reader.ReadBytes().ToArray();
        }
        if (waiting.Length > 0 && state != FragmentState.Waiting)
        {
            throw new CarriedException($"fragments wait for a packet in state {state}");
        }
        return new CarriedPacket
        {
            Key = key,
            TimeLeft = timeLeft,
            RenewableFor = renewableFor,
            State = state,
            Verdict = mark == DropMark ? Verdict.Drop : Verdict.Accept(new FirewallMark(mark)),
            Coverage = coverage,
            Waiting = waiting,
        };
    }

    /// <summary>Fills the entry that was made for its key.</summary>
    /// <param name="entry">Of a table whose times may be others.</param>
    /// <param name="now">Monotonic time, in nanoseconds.</param>
    /// <param name="ttl">Longest time that is left, in nanoseconds.</param>
    public void GiveTo(ref FragmentEntry entry, long now, long ttl)
    {
        entry.ExpiresAt = now + Math.Min(TimeLeft, ttl);
        entry.RenewableUntil = now + Math.Min(RenewableFor, FragmentEntries.RenewableNanoseconds);
        entry.State = State;
        entry.Verdict = Verdict;
        entry.Coverage = Coverage;
    }

    private static void WriteAddress(CarriedWriter writer, Address address)
    {
        writer.WriteLong((long)address.High);
        writer.WriteLong((long)address.Low);
    }

    private static Address ReadAddress(ref CarriedReader reader)
    {
        ulong high = (ulong)reader.ReadLong();
        return new Address(high, (ulong)reader.ReadLong());
    }
}
