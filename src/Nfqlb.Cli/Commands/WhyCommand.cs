using Nfqlb.Cli.Apply;
using Nfqlb.Cli.CommandLine;
using Nfqlb.Cli.Control;
using Nfqlb.Control;
using Nfqlb.Linux.Netlink.Routing;
using Nfqlb.Planning.Explain;
using Nfqlb.Planning.Objects;
using Nfqlb.Routing;

namespace Nfqlb.Cli.Commands;

/// <summary>Says where a packet goes, and why.</summary>
internal sealed class WhyCommand : Command
{
    private static readonly Option HashModeOption = new(
        "hash_mode", "0: Tuple-5, 1: SCTP Ports only (default: as the balancer has it)");
    private static readonly Option PromiscuousPing =
        new("promiscuous_ping", "Also where the balancer was not given it") { IsSwitch = true };
    private static readonly Option IncomingLink =
        new("iif", "The link it comes by (default: the one by which the way back goes)") { Values = ValueSet.Links };
    private static readonly Option Mark =
        new("mark", "The fwmark it comes with: bits outside the balancer's --mark-mask") { Default = "0" };
    private static readonly Option Form = Listing.Output(Listing.Text, Listing.Json, Listing.Yaml);

    public override string Name => "why";

    public override string Usage => $"""
        why SRC:PORT DST:PORT [tcp|udp|sctp|icmp] [options]
          Say where a packet goes, and why.
          Step by step: VIP, queue, flow, pool, path, rule, route, neighbour. Ends with {ExitCode.DoesNotArrive} where
          it gets to no target. The id of an echo request (icmp) stands for the port of SRC.
        """;

    public override string[] Examples =>
    [
        "nfqlb why 198.51.100.7:40000 203.0.113.10:80",
        "nfqlb why [2001:db8:1::7]:40000 [2001:db8::10]:53 udp",
    ];

    public override Option[] Options => [HashModeOption, PromiscuousPing, IncomingLink, Mark, Form, Listing.JsonSwitch];

    public override ValueSet Positionals => ValueSet.Of("tcp", "udp", "sctp", "icmp");

    protected override int MostPositionals => 3;

    protected override int Run(Arguments arguments)
    {
        var typed = arguments.Positionals;
        if (typed.Count < 2)
        {
            throw new UsageException($"{Name}: SRC:PORT and DST:PORT are needed");
        }
        string form = Listing.Form(arguments, Form);
        var probe = ProbeText.Parse(typed[0], typed[1], typed.Count > 2 ? typed[2] : "tcp");
        int? typedMode = arguments.Has(HashModeOption) ? arguments.Number(HashModeOption, 0, 0, 1) : null;
        uint mark = arguments.Text(Mark) is { } text ? ParseMark(text) : 0;
        bool isPromiscuousPing = arguments.Has(PromiscuousPing);
        var host = ThisHost.Observer.Look();
        using var socket = RoutingSocket.Open();
        var explanation = new Explainer(host, socket.LookUp)
        {
            AskDrain = DrainQuestion.Ask,
            AskKernel = KernelQuestion.Ask,
        }.Explain(
            probe,
            balancer => balancer with
            {
                HashMode = typedMode is { } number ? (HashMode)number : balancer.HashMode,
                IsPromiscuousPing = balancer.IsPromiscuousPing || isPromiscuousPing,
            },
            FindLink(host, arguments.Text(IncomingLink)), mark);
        Listing.Print(form, () => JsonText.Of(explanation.Write), explanation.Lines);
        return explanation.IsDelivered ? ExitCode.Fine : ExitCode.DoesNotArrive;
    }

    private static Link? FindLink(HostSnapshot host, string? name) => name is null
        ? null
        : host.Network.Or(new NetworkState()).Find(name)
            ?? throw UsageException.BadValue("--iif", name, "there is no such link");

    /// <summary>A mark of others, who use all 32 bits; 0 is none.</summary>
    private static uint ParseMark(string text) =>
        text == "0" ? 0
        : MarkMask.TryParse(text, out var bits) ? bits.Bits
        : throw UsageException.BadValue($"--{Mark.Name}", text, "must be a number of 32 bits");
}
