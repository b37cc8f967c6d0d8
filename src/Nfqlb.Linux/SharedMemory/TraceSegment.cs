using System.Runtime.InteropServices;
using Nfqlb.Linux.Interop;
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
    public const string DefaultName = SegmentName.Trace;

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
    /// <param name="wait">How long to wait while another makes it.</param>
    /// <exception cref="SegmentException">It holds something else, or is another user's.</exception>
    /// <exception cref="SystemCallException">It may be neither opened nor made.</exception>
    public static TraceSegment OpenOrCreate(string name, LockWait? wait = null)
    {
        using var file = TryOpenMade(name) ?? SharedMemorySegment.OpenOrCreateLocked(name, wait);
        return Use(file);
    }

    /// <summary>Opens the segment where there is one.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="wait">How long to wait while another makes it.</param>
    /// <returns>Null where there is none.</returns>
    /// <exception cref="SegmentException">It holds something else, or is another user's.</exception>
    /// <exception cref="SystemCallException">It may not be opened.</exception>
    public static TraceSegment? TryOpen(string name, LockWait wait)
    {
        try
        {
            using var file = TryOpenMade(name) ?? SharedMemorySegment.OpenLocked(name, wait);
            return Use(file);
        }
        catch (SystemCallException e) when (e.Errno == LibC.ENOENT)
        {
            return null;
        }
    }

    /// <summary>Unmaps the memory; the segment stays.</summary>
    public void Dispose() => ((IDisposable)_memory).Dispose();

    private static TraceSegment Use(SharedMemorySegment file)
    {
        bool isEmpty = file.SizeBytes == 0;
        if (isEmpty)
        {
            file.Resize(LengthBytes);
        }
        if (file.SizeBytes != LengthBytes)
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

    /// <summary>One that is there and has its length needs no lock.</summary>
    private static SharedMemorySegment? TryOpenMade(string name)
    {
        SharedMemorySegment file;
        try
        {
            file = SharedMemorySegment.Open(name, readOnly: false);
        }
        catch (SystemCallException e) when (e.Errno == LibC.ENOENT)
        {
            return null;
        }
        bool isMade = false;
        try
        {
            file.ThrowIfForeign();
            isMade = file.SizeBytes == LengthBytes;
        }
        finally
        {
            if (!isMade)
            {
                file.Dispose();
            }
        }
        return isMade ? file : null;
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
