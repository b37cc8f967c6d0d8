using Nfqlb.Cli.CommandLine;
using Nfqlb.Cli.Control;
using Nfqlb.Cli.Explain;

namespace Nfqlb.Cli.Commands;

/// <summary>Says where a packet goes, and why.</summary>
internal sealed class WhyCommand : Command
{
    private static readonly Option HashModeOption = new(
        "hash_mode", "0: Tuple-5, 1: SCTP Ports only (default: as the balancer has it)");
    private static readonly Option PromiscuousPing =
        new("promiscuous_ping", "Also where the balancer was not given it") { IsSwitch = true };
    private static readonly Option IncomingLink =
        new("iif", "The link it comes by (default: the one by which the way back goes)");
    private static readonly Option Mark =
        new("mark", "The fwmark it comes with: bits outside the balancer's --mark-mask (default 0)");
    private static readonly Option Json = new("json", "As JSON") { IsSwitch = true };

    public override string Name => "why";

    public override string Usage => """
        why SRC:PORT DST:PORT [tcp|udp|sctp|icmp] [options]
          Say where a packet goes, step by step: VIP, queue, flow, pool, rule, route, neighbour. Exit code 1 when it
          gets to no target. The id of an echo request (icmp) stands for the port of SRC.
        """;

    public override Option[] Options => [HashModeOption, PromiscuousPing, IncomingLink, Mark, Json];

    protected override int MostPositionals => 3;

    protected override int Run(Arguments arguments)
    {
        var typed = arguments.Positionals;
        if (typed.Count < 2)
        {
            throw new UsageException($"{Name}: SRC:PORT and DST:PORT are needed");
        }
        var probe = Probe.Parse(typed[0], typed[1], typed.Count > 2 ? typed[2] : "tcp");
        int? typedMode = arguments.Has(HashModeOption) ? arguments.Number(HashModeOption, 0, 0, 1) : null;
        var settings = SettingsListing.Ask() ?? SettingsListing.Default;
        var mode = typedMode is { } number ? (HashMode)number : settings.HashMode;
        bool isPromiscuousPing = settings.IsPromiscuousPing || arguments.Has(PromiscuousPing);
        uint mark = arguments.Text(Mark) is { } text ? ParseMark(text) : 0;
        var explanation = new Explainer(
            probe, settings with { HashMode = mode, IsPromiscuousPing = isPromiscuousPing },
            arguments.Text(IncomingLink), mark).Explain();
        foreach (string line in arguments.Has(Json) ? [explanation.ToJson()] : explanation.Lines())
        {
            Output.Answer.WriteLine(line);
        }
        return explanation.IsDelivered ? ExitCode.Fine : ExitCode.Failed;
    }

    /// <summary>A mark of others, who use all 32 bits; 0 is none.</summary>
    private static uint ParseMark(string text) =>
        text == "0" ? 0
        : MarkMask.TryParse(text, out var bits) ? bits.Bits
        : throw UsageException.BadValue($"--{Mark.Name}", text, "must be a number of 32 bits");
}
