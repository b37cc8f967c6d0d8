using System.Globalization;
using Nfqlb.Cli.CommandLine;
using Nfqlb.Cli.Control;
using Nfqlb.Linux.SharedMemory;
using Nfqlb.Maglev;
using Nfqlb.Packets;

namespace Nfqlb.Cli.Commands;

/// <summary>Prints where a tuple leads: its hash and, in a pool, entry, slot and mark.</summary>
internal sealed class FwmarkCommand : Command
{
    private static readonly Option Shm =
        new("shm", "Shared memory. Required for fwmark printout") { Values = ValueSet.Pools };
    private static readonly Option Proto =
        new("proto", "Protocol, tcp|udp|sctp. NOT specified -> address-only hash")
        {
            Values = ValueSet.Of("tcp", "udp", "sctp"),
        };
    private static readonly Option Src =
        new("src", "Source addr:port, e.g \"[1000::80]:80\"") { IsRequired = true };
    private static readonly Option Dst = new("dst", "Destination addr:port") { IsRequired = true };
    private static readonly Option HashModeOption =
        new("hash_mode", "Load balance with a different hash mode. 0: Tuple-5, 1: SCTP Ports only")
        {
            Default = "1",
            Values = ValueSet.Of("0", "1"),
        };

    public override string Name => "fwmark";

    public override string Usage => """
        fwmark [--shm=] [--proto=tcp|udp|sctp] --src=addr:port --dst=addr:port
          Print hash and fwmark for addresses and ports
        """;

    public override string[] Examples =>
    [
        "nfqlb fwmark --shm=web --proto=tcp --src=198.51.100.7:40000 --dst=203.0.113.10:80",
    ];

    public override Option[] Options =>
    [
        Shm, Proto, Src, Dst, HashModeOption, HashOptions.Fields, HashOptions.Symmetric, MarkMaskOption.MarkMask,
    ];

    protected override int Run(Arguments arguments)
    {
        var source = EndpointText.Parse(arguments.Text(Src)!);
        var destination = EndpointText.Parse(arguments.Text(Dst)!);
        var mode = (HashMode)arguments.Number(HashModeOption, (int)HashMode.SctpPorts, 0, 1);
        var key = new PacketKey(source.Address, destination.Address, default, source.Port, destination.Port);
        var protocol = Protocol(arguments);
        var rule = HashOptions.Read(arguments);
        var mask = MarkMaskOption.Read(arguments);
        if (!arguments.Has(Shm))
        {
            uint unkeyed = protocol is { } plain
                ? mode.Hash(rule, key with { Protocol = plain })
                : FlowHash.OfAddresses(key);
            Output.Answer.WriteLine($"{{ \"hash\": {unkeyed} }}");
            return ExitCode.Fine;
        }
        var pool = PoolDirectory.Open(arguments.Pool(Shm, ""));
        uint hash = protocol is { } whole
            ? pool.HashOf(mode, rule, key with { Protocol = whole })
            : pool.HashOfAddresses(key);
        var found = pool.Locate(hash);
        if (mask is { } given && found.Mark is { } mark && !given.Fits(mark))
        {
            throw UsageException.BadValue(
                $"--{MarkMaskOption.MarkMask.Name}", $"{given}", $"the fwmark [{mark}] has other bits");
        }
        Output.Answer.WriteLine($"{{ \"hash\": {hash}, \"lookupindex\": {found.Entry}, "
            + $"\"activeindex\": {found.Slot ?? -1}, \"fwmark\": {found.Mark?.Value ?? -1}"
            + (mask is null ? "" : $", \"mask\": \"{mask}\"") + DrainOf(arguments, found) + " }");
        return ExitCode.Fine;
    }

    /// <summary>Said only where a balancer runs by which connections of the entry stay where they are.</summary>
    private static string DrainOf(Arguments arguments, in Location found)
    {
        if (DrainQuestion.Ask(arguments.Pool(Shm, ""), found.Entry) is not { } drain)
        {
            return "";
        }
        string seconds = drain.SecondsLeft.ToString("f1", CultureInfo.InvariantCulture);
        return $", \"drainseconds\": {seconds}" + (drain.Old is { } old ? $", \"oldfwmark\": {old.Mark}" : "");
    }

    private static IpProtocol? Protocol(Arguments arguments) => arguments.Text(Proto) switch
    {
        null => null,
        "tcp" => IpProtocol.Tcp,
        "udp" => IpProtocol.Udp,
        "sctp" => IpProtocol.Sctp,
        { } other => throw UsageException.BadValue("--proto", other, "must be tcp, udp or sctp"),
    };
}
