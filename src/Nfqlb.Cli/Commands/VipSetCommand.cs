using Nfqlb.Cli.Apply;
using Nfqlb.Cli.CommandLine;
using Nfqlb.ControlPlane.Execute;
using Nfqlb.Linux.Queue;
using Nfqlb.Planning.Model;
using Nfqlb.Planning.Plans;
using Nfqlb.Queues;

namespace Nfqlb.Cli.Commands;

/// <summary>Has packets for virtual addresses queued.</summary>
internal sealed class VipSetCommand : Command
{
    private static readonly ValueSet YesOrNo = ValueSet.Of("yes", "no");

    private static readonly Option Queue =
        new("queue", "Queues for the packets of all VIPs") { Default = "0:3" };
    private static readonly Option FanOut =
        new("fanout", "Choose the queue by CPU: yes or no (default no: by addresses)") { Values = YesOrNo };
    private static readonly Option Spread =
        new("spread", "Choose the queue by ports too, or by addresses alone")
        {
            Default = "addresses",
            Values = ValueSet.Of("ports", "addresses"),
        };
    private static readonly Option Bypass =
        new("bypass", "Let packets pass while nobody reads their queue: yes or no (default no: drop them)")
        {
            Values = YesOrNo,
        };
    private static readonly Option NoTrack =
        new("notrack", "Keep connection tracking and reassembly away: yes or no (default no)") { Values = YesOrNo };
    private static readonly Option EgressTable =
        new("egress-table", "Routing table by which packets from these addresses leave; 0 for none");

    public override string Name => "vip-set";

    public override string Usage => """
        vip-set --vips=CIDR,... [options]
          Queue packets for these addresses. VIPs that are set already stay; what is not given stays as it was.
        """;

    public override string[] Examples => ["nfqlb vip-set --vips=203.0.113.10,2001:db8::10 --queue=0:3"];

    public override Option[] Options => [VipOptions.Vips, Queue, FanOut, Spread, Bypass, NoTrack, EgressTable];

    protected override int Run(Arguments arguments)
    {
        var prefixes = VipOptions.Parse(arguments);
        int? egress = arguments.Has(EgressTable) ? arguments.Number(EgressTable, 0, 0, int.MaxValue) : null;
        ThisHost.Carry(new DesiredChange(Scope.Vips, before => prefixes.Aggregate(before, (wanted, prefix) =>
        {
            var old = wanted.Vips.FirstOrDefault(vip => vip.Prefix == prefix);
            var vip = new DesiredVip(prefix, egress is { } table ? table == 0 ? null : (uint)table : old?.EgressTable);
            return wanted with { Vips = old is null ? wanted.Vips.Add(vip) : wanted.Vips.Replace(old, vip) };
        }) with { Queues = Parse(arguments, before.Queues) }) { Wording = Words });
        return ExitCode.Fine;
    }

    private static string? Words(DesiredState wanted, Diagnostic complaint) => complaint.Path switch
    {
        _ when complaint.Path.EndsWith(".egress_table", StringComparison.Ordinal) =>
            $"Invalid --{EgressTable.Name}: {complaint.Reason}",
        "queues.spread" => $"Invalid --{Spread.Name}: {complaint.Reason}",
        _ when complaint.Path.StartsWith("vips[", StringComparison.Ordinal) =>
            $"Invalid --{VipOptions.Vips.Name}: {complaint.Reason}",
        _ => null,
    };

    private static DesiredQueues Parse(Arguments arguments, DesiredQueues before)
    {
        string range = arguments.Text(Queue) ?? $"{before.First}:{before.Last}";
        if (!QueueRange.TryParse(range, out var queues, out string? error))
        {
            throw UsageException.BadValue("--queue", range, error);
        }
        bool? isByPorts = arguments.Text(Spread) switch
        {
            null => null,
            "ports" => true,
            "addresses" => false,
            var text => throw UsageException.BadValue($"--{Spread.Name}", text, "must be ports or addresses"),
        };
        return new DesiredQueues
        {
            First = queues.First.Value,
            Last = queues.Last.Value,
            // Who asks for the one no longer asks for the other.
            IsByCpu = arguments.YesOrNo(FanOut, before.IsByCpu && isByPorts != true),
            IsByPorts = isByPorts ?? (before.IsByPorts && !arguments.YesOrNo(FanOut, fallback: false)),
            IsBypassed = arguments.YesOrNo(Bypass, before.IsBypassed),
            IsUntracked = arguments.YesOrNo(NoTrack, before.IsUntracked),
        };
    }
}
