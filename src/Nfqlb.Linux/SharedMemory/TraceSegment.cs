using System.Runtime.InteropServices;
using Nfqlb.Maglev;

namespace Nfqlb.Linux.SharedMemory;

/// <summary>How much the balancer of this machine tells: the log level, and what a trace shows.</summary>
/// <remarks>
/// <code>
///    0  log level (4)   trace mask (4)
/// </code>
/// Native byte order; the layout of nfqlb 1.2.0, whose commands can be used on it. Whoever may write the segment
/// changes either with one store, which the balancer sees at once.
/// </remarks>
public sealed class TraceSegment : IDisposable
{
    /// <summary>The name that balancer and commands know.</summary>
    public const string DefaultName = "nfqlb-trace";

    /// <summary>The level of a new segment: notable events.</summary>
    public const int DefaultLevel = 5;

    private const int LengthBytes = 8;
    private const int LevelIndex = 0;
    private const int MaskIndex = 1;

    private readonly MappedMemory _memory;

    private TraceSegment(MappedMemory memory) => _memory = memory;

    /// <summary>Errors are 3, warnings 4, notable events 5, information 6, details 7; others wrote it.</summary>
    public int Level
    {
        get => Read(LevelIndex);
        set => Write(LevelIndex, value);
    }

    /// <summary>A bit for each kind of thing to trace.</summary>
    public uint TraceMask
    {
        get => (uint)Read(MaskIndex);
        set => Write(MaskIndex, (int)value);
    }

    /// <summary>Opens the segment, or makes it: <see cref="DefaultLevel"/>, nothing traced.</summary>
    /// <param name="name">Its name.</param>
    /// <exception cref="SegmentException">It holds something else.</exception>
    /// <exception cref="SystemCallException">It may be neither opened nor made.</exception>
    public static TraceSegment OpenOrCreate(string name) => OpenOrCreate(name, trustsAnyOwner: true);

    /// <summary>The same for a process that lives long: only a segment of root or of its own user, who alone could cut
    /// the memory short under it, which is a fatal signal.</summary>
    /// <param name="name">Its name.</param>
    /// <exception cref="SegmentException">It holds something else, or is another user's.</exception>
    /// <exception cref="SystemCallException">It may be neither opened nor made.</exception>
    public static TraceSegment OpenOrCreateTrusted(string name) => OpenOrCreate(name, trustsAnyOwner: false);

    /// <summary>Unmaps the memory; the segment stays.</summary>
    public void Dispose() => ((IDisposable)_memory).Dispose();

    private static TraceSegment OpenOrCreate(string name, bool trustsAnyOwner)
    {
        using var file = SharedMemorySegment.OpenOrCreateLocked(name);
        if (!trustsAnyOwner && !file.Owner.IsRoot && file.Owner != LocalUser.Current)
        {
            throw new SegmentException($"it belongs to user {file.Owner}");
        }
        bool isEmpty = file.IsRegular && file.SizeBytes == 0;
        if (isEmpty)
        {
            file.Resize(LengthBytes);
        }
        if (!file.IsRegular || file.SizeBytes != LengthBytes)
        {
            throw new SegmentException("it holds something other than a log level and a trace mask");
        }
        var segment = new TraceSegment(file.Map());
        if (isEmpty)
        {
            segment.Level = DefaultLevel;
        }
        return segment;
    }

    private int Read(int index)
    {
        int value = Volatile.Read(ref Words()[index]);
        GC.KeepAlive(_memory);
        return value;
    }

    private void Write(int index, int value)
    {
        Volatile.Write(ref Words()[index], value);
        GC.KeepAlive(_memory);
    }

    private Span<int> Words() => MemoryMarshal.Cast<byte, int>(_memory.GetSpan());
}
