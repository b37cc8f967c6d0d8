using Nfqlb.Cli.CommandLine;
using Nfqlb.Cli.Control;
using Nfqlb.Flows;
using Nfqlb.Planning.Model;

namespace Nfqlb.Cli.Apply;

/// <summary>The flows of the running balancer.</summary>
internal static class RunningFlows
{
    /// <summary>What is missing, and what is too much.</summary>
    /// <exception cref="UsageException">No balancer answers, and there are flows to be set.</exception>
    public static IEnumerable<Step> Compare(DesiredState wanted)
    {
        if (Read() is not { } actual)
        {
            return wanted.Flows.IsEmpty ? [] : throw new UsageException(
                $"flows: no balancer answers at [{ControlAddress.Text}]; start `nfqlb flowlb` first");
        }
        var running = actual.ToDictionary(flow => flow.Name.Text);
        var names = wanted.Flows.Select(flow => flow.Name.Text).ToHashSet();
        return
        [
            .. wanted.Flows.Select(flow => Compare(running.GetValueOrDefault(flow.Name.Text), flow)).OfType<Step>(),
            .. actual.Where(flow => !names.Contains(flow.Name.Text)).Select(
                flow => new Step(Stage.DeleteFlows, [$"- flow {flow.Name}"], () => Delete(flow))),
        ];
    }

    /// <summary>All flows but helpers, in their order; null when no balancer answers.</summary>
    public static IReadOnlyList<Flow>? Read() =>
        ControlClient.TryAsk(new ControlRequest { Action = "list" }) is { } answer
            ? FlowListReader.Read(answer)
            : null;

    private static Step? Compare(Flow? running, Flow wanted)
    {
        if (running is null || running.UdpEncapsulationPort == wanted.UdpEncapsulationPort)
        {
            char sign = running is null ? '+' : '~';
            return running?.IsSameAs(wanted) == true
                ? null
                : new Step(Stage.SetFlows, [$"{sign} flow {wanted.Name}"], () => Set(wanted));
        }
        // The one thing that a flow cannot change.
        return new Step(Stage.SetFlows, [$"- flow {wanted.Name}", $"+ flow {wanted.Name}"], () =>
        {
            Delete(running);
            Set(wanted);
        });
    }

    private static void Set(Flow flow) => Change(new ControlRequest { Action = "set", Flow = FlowText.Of(flow) });

    private static void Delete(Flow flow) =>
        Change(new ControlRequest { Action = "delete", Flow = { Name = flow.Name.Text } });

    private static void Change(ControlRequest request)
    {
        string answer = ControlClient.Ask(request).Replace("\0", "");
        if (!answer.StartsWith("OK", StringComparison.Ordinal))
        {
            throw new UsageException($"flow [{request.Flow.Name}]: {answer}");
        }
    }
}
