using Nfqlb.Carried;

namespace Nfqlb.Fragments;

/// <summary>What it remembers, on its way from one balancer to the next.</summary>
internal sealed partial class FragmentShard
{
    /// <summary>Writes every packet that is remembered, oldest first.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="now">Monotonic time, in nanoseconds.</param>
    /// <returns>How many there are.</returns>
    public int WriteTo(CarriedWriter writer, long now)
    {
        lock (_lock)
        {
            ForgetOld(now);
            for (int at = _entries.Oldest; at != FragmentEntries.None; at = _entries.Next(at))
            {
                CarriedPacket.Write(writer, _entries[at], null, now);
            }
            return _entries.Count;
        }
    }

    /// <summary>Remembers what another balancer did. What finds no room is given up, as ever.</summary>
    /// <param name="packet">Not older than those that were added before.</param>
    /// <param name="hash">Of its key.</param>
    /// <param name="now">Monotonic time, in nanoseconds.</param>
    public void Add(CarriedPacket packet, uint hash, long now)
    {
        lock (_lock)
        {
            if (packet.TimeLeft <= 0 || _entries.Find(packet.Key, hash) != FragmentEntries.None)
            {
                _statistics.Discarded += packet.Waiting.Count;
            }
            else if (packet.State == FragmentState.Waiting)
            {
                room.Add(packet, hash, now);
            }
            else
            {
                packet.GiveTo(ref _entries[Add(packet.Key, hash, now, isNew: false)], now, _entries.Ttl);
            }
        }
    }

    /// <summary>Counts on from what another balancer has counted.</summary>
    public void Add(in FragmentStatistics earlier)
    {
        lock (_lock)
        {
            _statistics += earlier;
        }
    }
}
