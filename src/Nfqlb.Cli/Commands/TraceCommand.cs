using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Nfqlb.Cli.CommandLine;
using Nfqlb.Control;
using Nfqlb.Linux;
using Nfqlb.Tracing;

namespace Nfqlb.Cli.Commands;

/// <summary>Prints what the running balancer tells of packets and events, until either of the two ends.</summary>
internal sealed class TraceCommand : Command
{
    private const string Selections = "log,packet,frag,flow-conf,sctp,target,flows";

    private const string Bits = "1 log, 2 packet, 4 frag, 8 flow-conf, 16 sctp, 32 target, 64 flows";

    private const TraceAreas All = TraceAreas.Log | TraceAreas.Packets | TraceAreas.Fragments
        | TraceAreas.FlowConfiguration | TraceAreas.Sctp | TraceAreas.Targets | TraceAreas.Flows;

    private static readonly Option Mask = new("mask", $"Sum of {Bits}");
    private static readonly Option Selection = new("selection", $"Comma separated list of {Selections}");

    public override string Name => "trace";

    public override string Usage => """
        trace [options]
          Print what the running balancer does to selected packets
        """;

    public override string[] Examples => ["nfqlb trace --selection=log,flows", "nfqlb trace --mask=0xffffffff"];

    public override Option[] Options => [Mask, Selection, BalancerOptions.TraceAddress];

    protected override int Run(Arguments arguments)
    {
        if (arguments.Has(Mask) == arguments.Has(Selection))
        {
            throw new UsageException("Specify one of --mask and --selection");
        }
        uint mask = arguments.Text(Mask) is { } text ? ParseMask(text) : ParseSelection(arguments.Text(Selection)!);
        var address = BalancerOptions.ReadTraceAddress(arguments);
        using var settings = LogLevelCommand.Open();
        uint before = settings.TraceMask;

        // The balancer reads it when the connection comes.
        settings.TraceMask = mask;
        using var socket = address.NewSocket();
        try
        {
            socket.Connect(address.EndPoint);
        }
        catch (SocketException e)
        {
            settings.TraceMask = before;
            throw new UsageException($"Connect failed. {address}: {ControlAddress.Reason(e)}", e);
        }
        Output.Answer.WriteLine($"Mask=0x{mask:x8}");
        return Copy(socket);
    }

    private static int Copy(Socket socket)
    {
        byte[] buffer = new byte[16 * 1024];
        try
        {
            bool isAnswer = true;
            for (int count; (count = socket.Receive(buffer)) > 0; isAnswer = false)
            {
                if (isAnswer && buffer.AsSpan(0, count).StartsWith("FAIL: "u8))
                {
                    Output.Complaint.Write(Encoding.ASCII.GetString(buffer, 0, count));
                    return ExitCode.Refused;
                }
                StandardStream.Output.Write(buffer.AsSpan(0, count));
                if (StandardStream.Output.IsClosed)
                {
                    break;
                }
            }
            return ExitCode.Fine;
        }
        catch (SocketException e)
        {
            throw new UsageException($"The trace broke off: {ControlAddress.Reason(e)}", e);
        }
    }

    private static uint ParseMask(string text)
    {
        bool isHex = text.StartsWith("0x", StringComparison.OrdinalIgnoreCase);
        bool isMask = isHex
            ? uint.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint mask)
            : WholeNumber.TryParse(text, uint.MaxValue, out mask);
        if (!isMask)
        {
            throw UsageException.BadValue("--mask", text, "must be a number from 1 to 0xffffffff");
        }
        // Bits that mean nothing are fine beside others: scripts ask for 0xffffffff.
        return (mask & (uint)All) != 0
            ? mask
            : throw UsageException.BadValue("--mask", text, $"selects nothing: {Bits}");
    }

    private static uint ParseSelection(string text)
    {
        var areas = TraceAreas.None;
        foreach (string name in text.Split(','))
        {
            areas |= name switch
            {
                "log" => TraceAreas.Log,
                "packet" => TraceAreas.Packets,
                "frag" => TraceAreas.Fragments,
                "flow-conf" => TraceAreas.FlowConfiguration,
                "sctp" => TraceAreas.Sctp,
                "target" => TraceAreas.Targets,
                "flows" => TraceAreas.Flows,
                _ => throw UsageException.BadValue("--selection", name, $"must be among {Selections}"),
            };
        }
        return (uint)areas;
    }
}
