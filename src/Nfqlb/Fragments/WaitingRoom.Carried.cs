using Nfqlb.Carried;

namespace Nfqlb.Fragments;

/// <summary>What waits, on its way from one balancer to the next.</summary>
internal sealed partial class WaitingRoom
{
    /// <summary>Writes every packet that has fragments here, oldest first.</summary>
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
                CarriedPacket.Write(writer, _entries[at], _stored, now);
            }
            return _entries.Count;
        }
    }

    /// <summary>Keeps what another balancer kept. What finds no room is given up, as ever.</summary>
    /// <param name="packet">Not older than those that were added before, and of none of them.</param>
    /// <param name="hash">Of its key.</param>
    /// <param name="now">Monotonic time, in nanoseconds.</param>
    public void Add(CarriedPacket packet, uint hash, long now)
    {
        lock (_lock)
        {
            if (_entries.Find(packet.Key, hash) != FragmentEntries.None)
            {
                _statistics.Discarded += packet.Waiting.Count;
                return;
            }
            int at = FragmentEntries.None;
            foreach (byte[] fragment in packet.Waiting)
            {
                if (!_stored.Fits(fragment.Length) || !TryMakeRoom(at))
                {
                    _statistics.Discarded++;
                    continue;
                }
                if (at == FragmentEntries.None)
                {
                    at = _entries.Add(packet.Key, hash, now, out _);
                    packet.GiveTo(ref _entries[at], now, _entries.Ttl);
                    Volatile.Write(ref _packets, _entries.Count);
                }
                else
                {
                    _entries.Grow(at);
                }
                _stored.Append(ref _entries[at].Waiting, fragment);
            }
        }
    }
}
