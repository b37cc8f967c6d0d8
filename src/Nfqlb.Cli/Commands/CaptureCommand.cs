using System.Net.Sockets;
using System.Runtime.InteropServices;
using Nfqlb.Cli.CommandLine;
using Nfqlb.Cli.Control;
using Nfqlb.Control;
using Nfqlb.Linux;
using Nfqlb.Tracing;

namespace Nfqlb.Cli.Commands;

/// <summary>Writes packets of the running balancer, each with what became of it, as pcapng.</summary>
internal sealed class CaptureCommand : Command
{
    private const int MostSeconds = 1_000_000;

    private static readonly Option FlowOption = new("flow", "Only packets that this flow balances")
    {
        Values = ValueSet.Flows,
    };
    private static readonly Option NameOption = new("name", "Only packets that this trace-flow selects");
    private static readonly Option FileOption = new("w", "File to write, or - for stdout")
    {
        Default = "-",
        Values = ValueSet.Files,
    };
    private static readonly Option Count = new("count", "End after so many packets");
    private static readonly Option Seconds = new("seconds", "End after so many seconds");

    public override string Name => "capture";

    public override string Usage => """
        capture [options]
          Write packets of the running balancer with its decisions, as pcapng
        """;

    public override string[] Examples =>
    [
        "nfqlb capture -w web.pcapng --flow=http --count=1000",
        "nfqlb capture | tshark -r -",
    ];

    public override Option[] Options => [FlowOption, NameOption, FileOption, Count, Seconds];

    protected override int Run(Arguments arguments)
    {
        int most = arguments.Number(Count, int.MaxValue, 1, int.MaxValue);
        int seconds = arguments.Number(Seconds, MostSeconds, 1, MostSeconds);
        string file = arguments.Text(FileOption) ?? "-";
        if (file == "-" && !Console.IsOutputRedirected)
        {
            throw new UsageException("A capture is not for a terminal: -w FILE, or capture | wireshark -k -i -");
        }
        using var socket = ControlSocket.Client.Open(new ControlRequest
        {
            Action = "capture",
            CapturedFlow = arguments.Line(FlowOption),
            Flow = { Name = arguments.Line(NameOption) },
        });
        void Enough() => TellEnough(socket);
        void EnoughBySignal(PosixSignalContext context)
        {
            context.Cancel = true;
            Enough();
        }
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, EnoughBySignal);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, EnoughBySignal);
        using var timer = new Timer(_ => Enough(), null, TimeSpan.FromSeconds(seconds), Timeout.InfiniteTimeSpan);
        try
        {
            using var stream = new NetworkStream(socket);
            var blocks = new PcapngBlocks(stream);
            if (blocks.ReadRefusal() is { } refusal)
            {
                Output.Complaint.WriteLine(refusal.Replace("\0", ""));
                return ExitCode.Refused;
            }
            using var output = Create(file);
            return Copy(blocks, output, most, Enough);
        }
        catch (IOException e)
        {
            string reason = e.InnerException is SocketException cause ? ControlAddress.Reason(cause) : "it is cut";
            throw new CommandException($"The capture broke off: {reason}", e);
        }
    }

    private static void TellEnough(Socket socket)
    {
        try
        {
            socket.Shutdown(SocketShutdown.Send);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The balancer or the capture has ended already, which is what was wanted.
        }
    }

    private static Stream Create(string file)
    {
        try
        {
            // Without a buffer: whoever reads the file meanwhile finds whole packets.
            return file == "-"
                ? StandardStream.Output
                : new FileStream(file, FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 0);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"Invalid -w [{PlainText.Visible(file)}]: {FileFailure.Reason(file, e)}", e);
        }
    }

    private static int Copy(PcapngBlocks blocks, Stream output, int most, Action enough)
    {
        long packets = 0;
        long dropped = 0;
        bool hasStatistics = false;
        do
        {
            if (blocks.Type == PcapngWriter.EnhancedPacket && ++packets > most)
            {
                // Was on its way when the balancer was told.
                packets = most;
                continue;
            }
            output.Write(blocks.Bytes);
            if ((blocks.Type == PcapngWriter.EnhancedPacket && packets == most) || StandardStream.Output.IsClosed)
            {
                enough();
            }
            if (blocks.Type == PcapngWriter.InterfaceStatistics)
            {
                hasStatistics = true;
                dropped += blocks.Dropped;
            }
        }
        while (blocks.TryReadNext());
        Output.Complaint.WriteLine($"{packets} packets, {dropped} dropped for want of speed");
        return hasStatistics ? ExitCode.Fine : throw new CommandException("The balancer has ended the capture");
    }
}
