using Nfqlb.Cli.CommandLine;
using Nfqlb.Cli.Hosting;
using Nfqlb.Linux.Queue;

namespace Nfqlb.Cli.Commands;

/// <summary>Balances the packets of some queues, in the foreground, until it is told to stop.</summary>
internal sealed class FlowLbCommand : Command
{
    private const int SmallestMtu = 576;
    private const int DefaultMtu = 1500;
    private const int DefaultQueueLength = 1024;
    private const string DefaultFragmentShm = "ftshm";

    /// <summary>Enough for the headers of a packet and of the one inside an ICMP error, with some extension
    /// headers each; byte matches lie within them too.</summary>
    private const int CopyRangeBytes = 256;

    private static readonly Option LbShm = new("lbshm", "Lb shared memory");
    private static readonly Option Mtu = new("mtu", "MTU. At least the mtu of the ingress device");
    private static readonly Option Tun = new("tun", "Tun device for re-inject fragments");
    private static readonly Option Reassembler = new("reassembler", "Reassembler size. default=0");
    private static readonly Option PromiscuousPing =
        new("promiscuous_ping", "Accept ping on any flow with an address match") { IsSwitch = true };
    private static readonly Option NoTargetsMark = new("notargets_fwmark", "Set when there are no targets");
    private static readonly Option NoFlowMark = new("nolb_fwmark", "Set when there is no matching LB");
    private static readonly Option HashModeOption = new(
        "hash_mode", "Load balance with a different hash mode. 0: Tuple-5, 1: SCTP Ports only. default=1");
    private static readonly Option Queue = new("queue", "NF-queues to listen to (default 2)");
    private static readonly Option QueueLength = new("qlength", "Length of queues (default 1024)");
    private static readonly Option FragmentShm = new("ft_shm", "Frag table; shared memory stats");
    private static readonly Option FragmentSize = new("ft_size", "Frag table; size");
    private static readonly Option FragmentBuckets = new("ft_buckets", "Frag table; extra buckets");
    private static readonly Option FragmentsStored = new("ft_frag", "Frag table; stored frags");
    private static readonly Option FragmentTtl = new("ft_ttl", "Frag table; ttl milliS");
    private static readonly Option TraceAddress = new("trace_address", "Trace server address");

    /// <summary>Whoever asks for one of these relies on what this version does not do.</summary>
    private static readonly (Option Option, string What)[] Unsupported =
        [(LbShm, "the LB tier"), (Tun, "putting fragments back"), (Reassembler, "reassembling fragments")];

    /// <summary>These shape something that this version does not have, and lose nothing by that.</summary>
    private static readonly Option[] WithoutEffect =
        [FragmentShm, FragmentSize, FragmentBuckets, FragmentsStored, FragmentTtl, TraceAddress];

    public override string Name => "flowlb";

    public override string Usage => """
        flowlb [options]
          Load-balance with flows
        """;

    public override Option[] Options =>
    [
        LbShm, Mtu, Tun, Reassembler, PromiscuousPing, NoTargetsMark, NoFlowMark, HashModeOption, Queue, QueueLength,
        FragmentShm, FragmentSize, FragmentBuckets, FragmentsStored, FragmentTtl, TraceAddress,
    ];

    protected override int Run(Arguments arguments)
    {
        int mtu = arguments.Number(Mtu, DefaultMtu, SmallestMtu, ushort.MaxValue);
        var classifierOptions = new ClassifierOptions
        {
            HashMode = (HashMode)arguments.Number(HashModeOption, (int)HashMode.SctpPorts, 0, 1),
            IsPromiscuousPing = arguments.Has(PromiscuousPing),
            NoTargetsMark = arguments.OptionalMark(NoTargetsMark),
            NoFlowMark = arguments.OptionalMark(NoFlowMark),
        };
        var queueOptions = new QueueOptions
        {
            CopyRangeBytes = Math.Min(CopyRangeBytes, mtu),
            MaxLengthPackets = arguments.Number(QueueLength, DefaultQueueLength, 1, int.MaxValue),
        };
        string queue = arguments.Text(Queue) ?? "2";
        if (!QueueRange.TryParse(queue, out var queues, out string? error))
        {
            throw UsageException.BadValue("--queue", queue, error);
        }
        CheckFragmentOptions(arguments);
        return FlowLbHost.Run(queues, queueOptions, classifierOptions);
    }

    private static void CheckFragmentOptions(Arguments arguments)
    {
        foreach (var option in new[] { FragmentSize, FragmentBuckets, FragmentsStored, FragmentTtl, Reassembler })
        {
            arguments.Number(option, 0, 0, int.MaxValue);
        }
        arguments.Pool(FragmentShm, DefaultFragmentShm);
        foreach (var (option, what) in Unsupported.Where(row => arguments.Text(row.Option) is not (null or "0")))
        {
            throw UsageException.BadValue(
                $"--{option.Name}", arguments.Text(option)!, $"{what} is not supported by this version");
        }
        foreach (var option in WithoutEffect.Where(arguments.Has))
        {
            Output.Complaint.WriteLine($"--{option.Name} has no effect in this version");
        }
    }
}
