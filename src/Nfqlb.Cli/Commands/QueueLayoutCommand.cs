using Nfqlb.Cli.CommandLine;
using Nfqlb.Cli.Layout;
using Nfqlb.ControlPlane.Store;
using Nfqlb.Linux.Cpus;
using Nfqlb.Linux.Netlink.Routing;
using Nfqlb.Routing;

namespace Nfqlb.Cli.Commands;

/// <summary>Says how queues and workers should lie for the receive queues of a link.</summary>
internal sealed class QueueLayoutCommand : Command
{
    private static readonly Option Link =
        new("dev", "The link that packets come in by") { IsRequired = true, Values = ValueSet.Links };

    public override string Name => "queue-layout";

    public override string Usage => """
        queue-layout --dev=IF
          Say how queues and workers should lie for a link.
          Shows its receive queues, their interrupts and CPUs, and the options that put a worker on each of these.
        """;

    public override string[] Examples => ["nfqlb queue-layout --dev=eth0"];

    public override Option[] Options => [Link];

    protected override int Run(Arguments arguments)
    {
        string link = arguments.Text(Link)!;
        using (var socket = RoutingSocket.Open())
        {
            if (!socket.ReadLinks().Any(other => other.Name == link))
            {
                throw UsageException.BadValue($"--{Link.Name}", link, "there is no such link");
            }
        }
        var queues = new ReceiveQueues().Of(link);
        var table = new TextTable("QUEUE", "INTERRUPT", "NAME", "INTERRUPT ON", "STEERED TO");
        foreach (var queue in queues ?? [])
        {
            table.Add(
                $"rx-{queue.Number}", $"{queue.Interrupt}", queue.InterruptName, $"{queue.InterruptCpus}",
                $"{queue.SteeredTo}");
        }
        foreach (string line in table.Lines().Append(""))
        {
            Output.Answer.WriteLine(line);
        }
        var vips = StateStore.Look(StoreName.Value).Vips;
        string named = vips.IsEmpty ? "VIPS" : string.Join(',', vips.Select(vip => vip.Prefix.ToPlainString()));
        foreach (string line in LayoutAdvice.Lines(link, queues, CpuAffinity.Allowed(), named))
        {
            Output.Answer.WriteLine(line);
        }
        return ExitCode.Fine;
    }
}
