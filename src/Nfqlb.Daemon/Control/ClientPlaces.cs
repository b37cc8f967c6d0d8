namespace Nfqlb.Daemon.Control;

/// <summary>How many clients are served at a time. When all places are taken, the one that has been there longest makes
/// room: an honest client is served in milliseconds, so it is one that says nothing or does not listen.</summary>
/// <param name="most">How many places there are.</param>
internal sealed class ClientPlaces(int most)
{
    /// <summary>What a client is given on a busy machine before it may be sent away.</summary>
    private const int GraceMilliseconds = 500;

    private readonly Lock _changes = new();
    private readonly LinkedList<Client> _oldestFirst = [];

    /// <summary>How many are taken.</summary>
    public int Taken
    {
        get
        {
            lock (_changes)
            {
                return _oldestFirst.Count;
            }
        }
    }

    /// <summary>Takes a place, if need be that of another client, which is cut off.</summary>
    /// <returns>False when all are taken by clients that may stay.</returns>
    public bool TryTake(Client client)
    {
        Client? gone = null;
        lock (_changes)
        {
            if (_oldestFirst.Count >= most)
            {
                gone = OldestToGo();
                if (gone is null)
                {
                    return false;
                }
                _oldestFirst.Remove(gone);
            }
            _oldestFirst.AddLast(client);
        }
        gone?.CutOff();
        return true;
    }

    /// <summary>Gives the place back, if it still has one.</summary>
    public void Leave(Client client)
    {
        lock (_changes)
        {
            _oldestFirst.Remove(client);
        }
    }

    private Client? OldestToGo()
    {
        foreach (var client in _oldestFirst)
        {
            if (!client.MayStay)
            {
                return Environment.TickCount64 - client.Since >= GraceMilliseconds ? client : null;
            }
        }
        return null;
    }

    /// <summary>Somebody who is connected.</summary>
    /// <param name="limit">Ends what is done for it; disposed by whoever made it, who may do so at any time.</param>
    internal sealed class Client(CancellationTokenSource limit)
    {
        /// <summary>Since when, in the milliseconds of the system's tick count.</summary>
        public long Since { get; } = Environment.TickCount64;

        /// <summary>True for one whose answer has no end, or that takes over.</summary>
        public bool MayStay { get; set; }

        /// <summary>Ends what is done for it.</summary>
        public void CutOff()
        {
            try
            {
                limit.Cancel();
            }
            catch (ObjectDisposedException)
            {
                // It went by itself in this moment.
            }
        }
    }
}
