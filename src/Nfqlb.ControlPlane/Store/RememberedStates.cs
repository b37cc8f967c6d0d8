using Nfqlb.Maglev;
using Nfqlb.Planning.Model;

namespace Nfqlb.ControlPlane.Store;

/// <summary>What stood in the files of the store when this process read or wrote them last: the same bytes need not be
/// parsed again. For any thread.</summary>
internal static class RememberedStates
{
    private static readonly Lock Guard = new();
    private static readonly Dictionary<PoolName, Remembered> Files = [];

    /// <summary>The state that these bytes are; null where they are others than those that are remembered.</summary>
    /// <param name="name">The name of their file.</param>
    /// <param name="bytes">All of it.</param>
    /// <param name="host">The network namespace for which it is read.</param>
    public static DesiredState? Find(PoolName name, ReadOnlySpan<byte> bytes, string? host)
    {
        lock (Guard)
        {
            if (Files.TryGetValue(name, out var known) && known.Is(bytes, host))
            {
                return known.State;
            }

            // What files say is most often what is asked for.
            foreach (var other in Files.Values)
            {
                if (other.Is(bytes, host))
                {
                    return other.State;
                }
            }
            return null;
        }
    }

    /// <summary>The file of this name holds this. Files of the same bytes hold the same object.</summary>
    public static void Note(PoolName name, ReadOnlySpan<byte> bytes, string? host, DesiredState state)
    {
        lock (Guard)
        {
            if (!Files.TryGetValue(name, out var known))
            {
                Files[name] = known = new Remembered();
            }
            foreach (var other in Files.Values)
            {
                state = other != known && other.Is(bytes, host) ? other.State! : state;
            }
            (known.Host, known.State) = (host, state);
            known.Take(bytes);
        }
    }

    /// <summary>The file is gone.</summary>
    public static void Forget(PoolName name)
    {
        lock (Guard)
        {
            Files.Remove(name);
        }
    }

    private sealed class Remembered
    {
        private byte[] _bytes = [];
        private int _length;

        public string? Host { get; set; }

        public DesiredState? State { get; set; }

        public bool Is(ReadOnlySpan<byte> bytes, string? host) =>
            Host == host && bytes.SequenceEqual(_bytes.AsSpan(0, _length));

        /// <summary>Into the same memory as a rule: a large state is kept often.</summary>
        public void Take(ReadOnlySpan<byte> bytes)
        {
            if (bytes.Length > _bytes.Length || bytes.Length < _bytes.Length / 4)
            {
                _bytes = new byte[bytes.Length + (bytes.Length / 8)];
            }
            bytes.CopyTo(_bytes);
            _length = bytes.Length;
        }
    }
}
