using System.Net.Sockets;
using Nfqlb.Cli.CommandLine;
using Nfqlb.Cli.Control;
using Nfqlb.Control;
using Nfqlb.Daemon.Settings;
using Nfqlb.Fragments;
using Nfqlb.Linux;
using Nfqlb.Linux.Cpus;
using Nfqlb.Linux.Queue;
using Nfqlb.Maglev;
using Nfqlb.Planning.Model;
using Nfqlb.Queues;

namespace Nfqlb.Cli.Commands;

/// <summary>What the commands that balance packets share.</summary>
internal static class BalancerOptions
{
    /// <summary>The segment of the statistics when none is named.</summary>
    public const string DefaultStatistics = SegmentName.Statistics;

    private const string DefaultTraceAddress = "unix:nfqlb-trace";
    private const string DefaultQueue = "2";
    private const int DefaultQueueLength = 1024;
    private const int SmallestMtu = 576;
    private const int MostPackets = 1_000_000;
    private const int MostStoredFragments = 30_000;
    private const int MostMilliseconds = 60_000;

    /// <summary>Enough for the headers of a packet and of the one inside an ICMP error, with some extension
    /// headers each; byte matches lie within them too.</summary>
    private const int HeaderBytes = 256;

    /// <summary>In the place of a mark: the packet is dropped.</summary>
    private const string Drop = "-1: drop";

    private static readonly FragmentTableOptions Default = new();

    private static readonly Option LbShm = new("lbshm", "Lb shared memory") { Values = ValueSet.Pools };
    private static readonly Option Mtu =
        new("mtu", "MTU. At least the mtu of the ingress device") { Default = $"{Default.MtuBytes}" };
    private static readonly Option Tun = new("tun", "Tun device for re-inject fragments") { Values = ValueSet.Links };
    private static readonly Option Reassembler = new("reassembler", "Reassembler size") { Default = "0" };
    private static readonly Option PromiscuousPing =
        new("promiscuous_ping", "Accept ping on any flow with an address match") { IsSwitch = true };
    private static readonly Option NoTargetsMark =
        new("notargets_fwmark", "Set when there are no targets") { Default = Drop };
    private static readonly Option NoFlowMark =
        new("nolb_fwmark", "Set when there is no matching LB") { Default = Drop };
    private static readonly Option HashModeOption =
        new("hash_mode", "Load balance with a different hash mode. 0: Tuple-5, 1: SCTP Ports only")
        {
            Default = "1",
            Values = ValueSet.Of("0", "1"),
        };
    private static readonly Option Queue =
        new("queue", "NF-queues to listen to: one, or a range such as 0:3") { Default = DefaultQueue };
    private static readonly Option Cpus =
        new("cpus", "CPUs of the queues' threads, in order, e.g 0-3,5") { Default = "any" };
    private static readonly Option QueueLength =
        new("qlength", "Length of queues") { Default = $"{DefaultQueueLength}" };
    private static readonly Option BypassOnExit =
        new("bypass-on-exit", "At the end, let packets pass by the queues") { IsSwitch = true };
    private static readonly Option FragmentSize =
        new("ft_size", "Frag table; size") { Default = $"{Default.Size}" };
    private static readonly Option FragmentBuckets =
        new("ft_buckets", "Frag table; extra buckets") { Default = $"{Default.ExtraEntries}" };
    private static readonly Option FragmentsStored =
        new("ft_frag", "Frag table; stored frags") { Default = $"{Default.StoredFragments}; 0 without --tun" };
    private static readonly Option FragmentTtl =
        new("ft_ttl", "Frag table; ttl milliS") { Default = $"{Default.TtlMilliseconds}" };
    private static readonly Option Log =
        new("log", "Log format on stderr") { Default = "text", Values = ValueSet.Of("text", "json") };

    /// <summary>Where traces are told.</summary>
    public static readonly Option TraceAddress =
        new("trace_address", "Trace server address") { Default = DefaultTraceAddress };

    /// <summary>Where the statistics are shown.</summary>
    public static readonly Option FragmentShm =
        new("ft_shm", "Frag table; shared memory stats") { Default = DefaultStatistics };

    /// <summary>All of them, in the order of the usage.</summary>
    public static readonly Option[] All =
    [
        LbShm, Mtu, Tun, Reassembler, PromiscuousPing, NoTargetsMark, NoFlowMark, MarkMaskOption.MarkMask,
        HashModeOption, Queue, Cpus, QueueLength,
        FragmentShm, FragmentSize, FragmentBuckets, FragmentsStored, FragmentTtl, .. DrainOption.All, TraceAddress,
        BypassOnExit, Log,
    ];

    /// <summary>Checks what was typed.</summary>
    /// <param name="arguments">What was typed.</param>
    /// <param name="asked">Says which queues and which bits of marks, where nobody has typed that; null for
    /// nothing.</param>
    /// <exception cref="UsageException">A value is bad.</exception>
    public static BalancerSettings Read(Arguments arguments, DesiredState? asked = null)
    {
        int mtu = arguments.Number(Mtu, Default.MtuBytes, SmallestMtu, ushort.MaxValue);
        string? tun = arguments.Text(Tun);
        string queue = arguments.Text(Queue)
            ?? (asked is null ? DefaultQueue : $"{asked.Queues.First}:{asked.Queues.Last}");
        if (!QueueRange.TryParse(queue, out var queues, out string? error))
        {
            throw UsageException.BadValue("--queue", queue, error);
        }
        var mask = MarkMaskOption.Read(arguments) ?? asked?.MarkMask ?? MarkMask.All;
        return new BalancerSettings
        {
            Queues = queues,
            Queue = new QueueOptions
            {
                CopyRangeBytes = CopyRange(mtu, hasTun: tun is not null),
                MaxLengthPackets = arguments.Number(QueueLength, DefaultQueueLength, 1, int.MaxValue),
            },
            Cpus = ReadCpus(arguments),
            End = arguments.Has(BypassOnExit) ? QueueEnd.Bypassed : QueueEnd.Drained,
            Classifier = new ClassifierOptions
            {
                Clock = static () => MonotonicClock.NowNanoseconds,
                HashMode = (HashMode)arguments.Number(HashModeOption, (int)HashMode.SctpPorts, 0, 1),
                IsPromiscuousPing = arguments.Has(PromiscuousPing),
                NoTargetsMark =
                    MarkMaskOption.Fitting(NoTargetsMark, arguments.OptionalMark(NoTargetsMark), mask),
                NoFlowMark = MarkMaskOption.Fitting(NoFlowMark, arguments.OptionalMark(NoFlowMark), mask),
            },
            Drain = DrainOption.Read(arguments),
            MarkMask = mask,
            Tier = arguments.Has(LbShm) ? arguments.Pool(LbShm, "") : null,
            Tun = tun,
            Fragments = ReadFragments(arguments, mtu, hasTun: tun is not null),
            StatisticsSegment = Statistics(arguments),
            LogFormat = ReadLogFormat(arguments),
            Log = Output.Complaint,
            TraceAddress = ReadTraceAddress(arguments),
            Systemd = new SystemdSettings(
                Environment.GetEnvironmentVariable("NOTIFY_SOCKET"),
                Environment.GetEnvironmentVariable("WATCHDOG_USEC"),
                Environment.GetEnvironmentVariable("WATCHDOG_PID")),
            EndAtOnce = static () => Environment.Exit(ExitCode.Failed),
        };
    }

    /// <summary>The segment that shows the statistics.</summary>
    /// <exception cref="UsageException">It cannot have such a name.</exception>
    public static string Statistics(Arguments arguments)
    {
        string text = arguments.Text(FragmentShm) ?? DefaultStatistics;
        string reason = SegmentName.Complaint(text) is { Length: > 0 } complaint
            ? complaint
            : SegmentName.ComplaintOfStatistics(text);
        return reason.Length == 0 ? text : throw UsageException.BadValue($"--{FragmentShm.Name}", text, reason);
    }

    /// <summary>Where traces are told.</summary>
    /// <exception cref="UsageException">It is no address.</exception>
    public static ControlAddress ReadTraceAddress(Arguments arguments) =>
        ControlSocket.AddressOf(arguments.Text(TraceAddress) ?? DefaultTraceAddress, $"--{TraceAddress.Name}");

    /// <summary>Runs a balancer.</summary>
    /// <returns>The exit code of the program.</returns>
    /// <exception cref="UsageException">It cannot run with the value of an option.</exception>
    public static int Run(BalancerSettings settings, Func<bool> run)
    {
        try
        {
            return run() ? ExitCode.Fine : ExitCode.Failed;
        }
        catch (ControlException e)
            when (e.InnerException is SocketException { SocketErrorCode: SocketError.AddressAlreadyInUse })
        {
            throw new CommandException(
                $"{e.Message}; where a balancer runs there, --{ServiceOptions.Takeover.Name} goes on with what it "
                + "does");
        }
        catch (SettingException e) when (e.Setting == nameof(BalancerSettings.Fragments))
        {
            var options = settings.Fragments;
            throw new UsageException(
                $"Not enough memory for --{FragmentSize.Name} [{options.Size}], "
                + $"--{FragmentBuckets.Name} [{options.ExtraEntries}], "
                + $"--{FragmentsStored.Name} [{options.StoredFragments}] and --{Mtu.Name} [{options.MtuBytes}]");
        }
        catch (SettingException e) when (e.Setting == nameof(BalancerSettings.Drain))
        {
            throw new UsageException(
                $"Not enough memory for --{DrainOption.Connections.Name} [{settings.Drain!.Connections}]");
        }
        catch (SettingException e)
        {
            string option = "--" + OptionOf(e.Setting);
            string reason = e.ConflictsWith is { } other ? $"{e.Reason} (--{OptionOf(other)})" : e.Reason;
            throw e.Value is null
                ? new UsageException($"{option}: {reason}", e)
                : UsageException.BadValue(option, e.Value, reason);
        }
    }

    private static string OptionOf(string setting) => setting switch
    {
        nameof(BalancerSettings.Tier) => LbShm.Name,
        nameof(BalancerSettings.Tun) => Tun.Name,
        nameof(FragmentTableOptions.MtuBytes) => Mtu.Name,
        nameof(BalancerSettings.StatisticsSegment) => FragmentShm.Name,
        nameof(ServiceSettings.Handover) => ServiceOptions.Takeover.Name,
        nameof(ServiceSettings.Http) => ServiceOptions.Http.Name,
        nameof(ServiceSettings.Journal) => ServiceOptions.State.Name,
        _ => throw new InvalidOperationException($"no option for {setting}"),
    };

    private static CpuList? ReadCpus(Arguments arguments)
    {
        if (arguments.Text(Cpus) is not { } text)
        {
            return null;
        }
        string? complaint = CpuList.TryParse(text, out var cpus, out string? error)
            ? CpuAffinity.ComplaintAbout(cpus, CpuAffinity.Online(), CpuAffinity.Allowed())
            : error;
        return complaint is null ? cpus : throw UsageException.BadValue($"--{Cpus.Name}", text, complaint);
    }

    private static LogFormat ReadLogFormat(Arguments arguments) => arguments.Text(Log) switch
    {
        null or "text" => LogFormat.Text,
        "json" => LogFormat.Json,
        var other => throw UsageException.BadValue($"--{Log.Name}", other, "must be text or json"),
    };

    private static FragmentTableOptions ReadFragments(Arguments arguments, int mtu, bool hasTun)
    {
        int stored = arguments.Number(FragmentsStored, Default.StoredFragments, 0, MostStoredFragments);
        return new FragmentTableOptions
        {
            Size = arguments.Number(FragmentSize, Default.Size, 1, MostPackets),
            ExtraEntries = arguments.Number(FragmentBuckets, Default.ExtraEntries, 0, MostPackets),
            StoredFragments = hasTun ? stored : 0,
            MtuBytes = mtu,
            TtlMilliseconds = arguments.Number(FragmentTtl, Default.TtlMilliseconds, 1, MostMilliseconds),
            FreesCompletePackets = arguments.Number(Reassembler, 0, 0, int.MaxValue) > 0,
            Seed = RandomSeed.Draw(),
        };
    }

    /// <summary>A fragment that is stored must be there whole; else the headers are enough.</summary>
    private static int CopyRange(int mtu, bool hasTun) =>
        Math.Min(mtu, hasTun ? QueueOptions.MaxCopyRangeBytes : HeaderBytes);
}
