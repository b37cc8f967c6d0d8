using System.Text;
using Nfqlb.FastPath;
using Nfqlb.Linux.Interop;
using Nfqlb.Linux.SharedMemory;

namespace Nfqlb.Linux.Bpf;

/// <summary>The program in the kernel with its maps; decides nothing until it is attached and told what is in force.
/// </summary>
/// <remarks>Belongs to this process: program, maps and what was attached go with it.</remarks>
public sealed class FastPathProgram : IDisposable
{
    private const int ComplaintBytes = 64 * 1024;

    /// <summary>A run takes less than a microsecond, but its processor may be a guest's that stands still.</summary>
    private static readonly TimeSpan LongestRun = TimeSpan.FromMilliseconds(20);

    private readonly NfqlbFastPathHandle _handle;
    private readonly List<MappedMemory> _maps = [];

    private FastPathProgram(NfqlbFastPathHandle handle)
    {
        _handle = handle;
        int rows = NfqlbFastPath.Rows(handle);
        Memory = new FastPathMemory
        {
            Control = Map(NfqlbFastPath.NFQLB_FASTPATH_CONTROL, FastPathMemory.ControlBytes),
            Image = Map(NfqlbFastPath.NFQLB_FASTPATH_IMAGE, FastPathMemory.ImageBytes),
            Pools = Map(NfqlbFastPath.NFQLB_FASTPATH_POOLS, FastPathMemory.PoolBytes),
            Outcomes = Map(NfqlbFastPath.NFQLB_FASTPATH_OUTCOMES, FastPathMemory.OutcomeBytes(rows)),
            Flows = Map(NfqlbFastPath.NFQLB_FASTPATH_FLOWS, FastPathMemory.FlowBytes(rows)),
            Targets = Map(NfqlbFastPath.NFQLB_FASTPATH_TARGETS, FastPathMemory.TargetBytes(rows)),
            Exits = Map(NfqlbFastPath.NFQLB_FASTPATH_EXITS, FastPathMemory.ExitBytes),
            Rows = rows,
        };
    }

    /// <summary>Its maps, all 0 at first.</summary>
    public FastPathMemory Memory { get; }

    /// <summary>Instructions the verifier has looked at; 0 where it does not say (before Linux 5.16).</summary>
    public int VerifiedInstructions =>
        (int)NfqlbFastPath.VerifiedInstructions(_handle).ThrowOnError("bpf", "program info");

    internal NfqlbFastPathHandle Handle => _handle;

    /// <summary>Loads the program that is built in.</summary>
    /// <exception cref="FastPathException">The kernel refuses it.</exception>
    public static FastPathProgram Load() => Load([]);

    /// <summary>Loads another one in its place; for tests.</summary>
    /// <param name="program">An ELF object, as clang makes it.</param>
    /// <exception cref="FastPathException">The kernel refuses it.</exception>
    public static FastPathProgram Load(ReadOnlySpan<byte> program)
    {
        byte[] complaint = new byte[ComplaintBytes];
        var result = NfqlbFastPath.Load(program, complaint, out var handle);
        if (handle is null)
        {
            string text = Encoding.UTF8.GetString(complaint.AsSpan(0, Array.IndexOf(complaint, (byte)0)));
            throw new FastPathException("bpf", result.Errno, "program", text);
        }
        try
        {
            return new FastPathProgram(handle);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>Has the program decide a packet that comes from nowhere and goes nowhere.</summary>
    /// <param name="frame">From the Ethernet header on.</param>
    /// <param name="mark">The mark it has before.</param>
    /// <param name="segments">As if so many packets had been put together; 0 for none.</param>
    /// <param name="repeat">How often, to measure.</param>
    /// <exception cref="SystemCallException">The kernel takes no such packet.</exception>
    public FastPathTrial Try(ReadOnlySpan<byte> frame, uint mark = 0, int segments = 0, int repeat = 1)
    {
        var trial = new NfqlbFastPath.nfqlb_fastpath_trial
        {
            mark = mark,
            gso_segments = (uint)segments,
            repeat = (uint)repeat,
        };
        NfqlbFastPath.Try(_handle, frame, ref trial).ThrowOnError("bpf", "test run");
        return new FastPathTrial(trial.mark, trial.action, (int)trial.nanoseconds);
    }

    /// <summary>Waits until every run that has begun, on any processor, is over: what it counts stands in the maps.
    /// </summary>
    /// <remarks>Some 15 ms: a grace period of the kernel's.</remarks>
    public static void WaitForRunning()
    {
        // Refused where processors run without ticks, and by filters of system calls that do not know it.
        if (!NfqlbFastPath.WaitForRunning().IsSuccess)
        {
            Thread.Sleep(LongestRun);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _maps.ForEach(map => ((IDisposable)map).Dispose());
        _handle.Dispose();
    }

    private Memory<byte> Map(uint map, int lengthBytes)
    {
        int descriptor = (int)NfqlbFastPath.Map(_handle, map).ThrowOnError("bpf", $"map {map}");
        var mapped = MappedMemory.MapBorrowed(descriptor, lengthBytes, $"map {map}");
        _maps.Add(mapped);
        return mapped.Memory;
    }
}
