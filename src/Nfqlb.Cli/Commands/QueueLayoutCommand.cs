using System.Globalization;
using System.Text.Json;
using Nfqlb.Cli.CommandLine;
using Nfqlb.Cli.Layout;
using Nfqlb.Control;
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

    private static readonly Option Form = Listing.Output(Listing.Text, Listing.Json, Listing.Yaml);

    public override string Name => "queue-layout";

    public override string Usage => """
        queue-layout --dev=IF [--output=]
          Say how queues and workers should lie for a link.
          Shows its receive queues, their interrupts and CPUs, and the options that put a worker on each of these.
        """;

    public override string[] Examples => ["nfqlb queue-layout --dev=eth0"];

    public override Option[] Options => [Link, Form];

    protected override int Run(Arguments arguments)
    {
        string form = Listing.Form(arguments, Form);
        string link = arguments.Text(Link)!;
        using (var socket = RoutingSocket.Open())
        {
            if (!socket.ReadLinks().Any(other => other.Name == link))
            {
                throw UsageException.BadValue($"--{Link.Name}", link, "there is no such link");
            }
        }
        var queues = new ReceiveQueues().Of(link);
        var vips = StateStore.Look(StoreName.Value).Vips;
        string named = vips.IsEmpty ? "VIPS" : string.Join(',', vips.Select(vip => vip.Prefix.ToPlainString()));
        string[] advice = [.. LayoutAdvice.Lines(link, queues, CpuAffinity.Allowed(), named)];
        Listing.Print(
            form,
            () => JsonText.Of(json => Write(json, link, queues ?? [], advice)),
            () => [.. Table(queues ?? []).Lines(), "", .. advice]);
        return ExitCode.Fine;
    }

    private static TextTable Table(IReadOnlyList<ReceiveQueue> queues)
    {
        var table = new TextTable("QUEUE", "INTERRUPT", "NAME", "INTERRUPT ON", "STEERED TO");
        foreach (var queue in queues)
        {
            table.Add(
                $"rx-{queue.Number}", $"{queue.Interrupt}", queue.InterruptName, $"{queue.InterruptCpus}",
                $"{queue.SteeredTo}");
        }
        return table;
    }

    private static void Write(
        Utf8JsonWriter json, string link, IReadOnlyList<ReceiveQueue> queues, IReadOnlyList<string> advice)
    {
        json.WriteStartObject();
        json.WriteString("dev", link);
        json.WriteStartArray("receive_queues");
        foreach (var queue in queues)
        {
            json.WriteStartObject();
            json.WriteNumber("queue", queue.Number);
            json.WriteString("interrupt", queue.Interrupt?.ToString(CultureInfo.InvariantCulture));
            json.WriteString("interrupt_name", queue.InterruptName);
            json.WriteString("interrupt_cpus", queue.InterruptCpus?.ToString());
            json.WriteString("steered_to", queue.SteeredTo?.ToString());
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("advice");
        foreach (string line in advice)
        {
            json.WriteStringValue(line);
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
