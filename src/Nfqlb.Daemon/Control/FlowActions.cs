using Nfqlb.Control;
using Nfqlb.Daemon.Checks;
using Nfqlb.Daemon.Flows;
using Nfqlb.Daemon.Logging;
using Nfqlb.Flows;
using Nfqlb.Linux.SharedMemory;
using Nfqlb.Planning.Objects;
using Nfqlb.Tracing;

namespace Nfqlb.Daemon.Control;

/// <summary>Carries out what clients ask, and words the answers as nfqlb 1.2.0 does.</summary>
/// <param name="flows">The flows of this balancer.</param>
/// <param name="changes">Changes them.</param>
/// <param name="traceFlows">Flows that select packets for tracing.</param>
/// <param name="reports">What it tells of itself.</param>
/// <param name="log">Is told of changes.</param>
internal sealed class FlowActions(
    FlowTable flows, FlowChanges changes, FlowTable traceFlows, BalancerReports reports, EventLog log)
{
    private static readonly string Denial = Refusal("FAIL: only root and the balancer's own user may change flows");

    /// <summary>Clients of 1.2.0 read the answer to a change once, into so many bytes, and print it up to the NUL
    /// that ends a C string. Without one in there they would print what lies behind.</summary>
    private const int OldClientBytes = 64;

    private const char EndOfString = '\0';

    /// <summary>Withdraws virtual addresses whose packets will be queued no more, and returns when that may be.
    /// </summary>
    public Action<IReadOnlyList<Cidr>> Withdraw { get; init; } = _ => { };

    /// <summary>Requests so far.</summary>
    public ControlTally Tally { get; } = new();

    /// <summary>The answer to one request, in parts.</summary>
    /// <param name="request">As it came.</param>
    /// <param name="mayChange">False for a client that may only look.</param>
    /// <param name="client">Who it is, for people; null where nobody knows.</param>
    public IEnumerable<string> Answer(ControlRequest request, bool mayChange, string? client)
    {
        reports.Counters.Gather();
        var answer = Carry(request, mayChange, client);
        Tally.Count(request.Action, answer is not IReadOnlyList<string> { Count: 1 } whole ? ControlOutcome.Done
            : whole[0] == Denial ? ControlOutcome.Denied
            : whole[0].StartsWith("FAIL", StringComparison.Ordinal) ? ControlOutcome.Refused
            : ControlOutcome.Done);
        return answer;
    }

    private IEnumerable<string> Carry(
        ControlRequest request, bool mayChange, string? client) => request.Action switch
    {
        "set" or "delete" or "trace-set" or "trace-delete" or "capture" or "takeover" or "withdraw" when !mayChange =>
            [Denial],
        "set" => [Change(() => Set(request.Flow, request.Before, client))],
        "delete" => [Change(() => Delete(request.Flow.Name, client))],
        "withdraw" => [Change(() => Withdraw(PrefixesIn(request.Vips)))],
        "list" when request.Flow.Name is { } name => [FlowListing.Of(flows.Current, name)],
        "list" => FlowListing.PartsOf(flows.Current),
        "counters" => [reports.Counters.ToString()],
        "health" => [reports.Health.Report().ToJson()],
        "settings" => [reports.Settings.ToString()],
        "drain" => [Answer(() => reports.Counters.Drains.OfEntry(request.Flow.Target, request.Entry))],
        "judge" when reports.FastPath?.Current is { } kernel => [Answer(
            () => JudgementListing.Of(kernel, request.Packet, request.Link))],
        "configuration" when reports.Configuration is { } state => [ConfigurationJson.Of(state())],
        "checks" when reports.Checks is { } checks => [CheckListing.Of(checks())],
        "events" when request.Follow is not null => [Refusal("FAIL: only root and the balancer's own user may follow")],
        "events" => log.History.After(request.AfterId).Parts(),
        "list-names" => [FlowListing.NamesOf(flows.Current)],
        "trace-set" => [Change(() => SetTraceFlow(request.Flow, client))],
        "trace-delete" => [Change(() => DeleteTraceFlow(request.Flow.Name, client))],
        "trace-list" when request.Flow.Name is { } name => [FlowListing.WithoutTarget(traceFlows.Current, name)],
        "trace-list" => [FlowListing.WithoutTargets(traceFlows.Current)],
        "trace-list-names" => [FlowListing.NamesOf(traceFlows.Current)],
        null => [Refusal("FAIL: no action")],
        _ => [Refusal("FAIL: action unknown")],
    };

    /// <summary>The answer to a request that was not understood, in ASCII.</summary>
    /// <remarks>An old client shows how it begins; ours shows all of it.</remarks>
    public static string Refusal(string reason) =>
        reason.Length < OldClientBytes
            ? reason + EndOfString
            : reason.Insert(OldClientBytes - 1, $"{EndOfString}") + EndOfString;

    private static string Change(Action change)
    {
        try
        {
            change();
            return "OK" + EndOfString;
        }
        catch (FlowException e)
        {
            return Refusal(e.Message);
        }
    }

    private static string Answer(Func<string> look)
    {
        try
        {
            return look();
        }
        catch (FlowException e)
        {
            return Refusal(e.Message);
        }
    }

    private void Set(FlowText text, string? before, string? client)
    {
        var flow = text.Parse();
        var place = before is null ? null : new FlowPlace(before.Length == 0 ? null : Parse(before));
        try
        {
            bool isChanged = changes.Set(flow, place);
            Log(
                isChanged, client, "flow set", new LogField("flow", flow.Name.Text),
                new LogField("target", flow.Target.Text));
        }
        catch (PoolException e)
        {
            throw new FlowException($"FAIL: Couldn't create load-balancer [{flow.Target}]: {e.Reason}");
        }
    }

    private void Delete(string? text, string? client)
    {
        var name = Parse(text);
        Log(changes.Delete(name), client, "flow deleted", new LogField("flow", name.Text));
    }

    private void SetTraceFlow(FlowText text, string? client)
    {
        var flow = text.ParseWithoutTarget();
        Log(traceFlows.Set(flow, pool: null), client, "trace flow set", new LogField("flow", flow.Name.Text));
    }

    private void DeleteTraceFlow(string? text, string? client)
    {
        var name = Parse(text);
        Log(traceFlows.Delete(name), client, "trace flow deleted", new LogField("flow", name.Text));
    }

    private void Log(bool isChanged, string? client, string what, params ReadOnlySpan<LogField> fields) =>
        log.Write(
            isChanged ? Severity.Info : Severity.Debug,
            TraceAreas.FlowConfiguration,
            isChanged ? what : $"{what}: no change",
            fields,
            client is null ? [] : [new LogField("by", client)]);

    private static List<Cidr> PrefixesIn(string? text)
    {
        var prefixes = new List<Cidr>();
        foreach (string part in (text ?? "").Split(','))
        {
            prefixes.Add(Cidr.TryParse(part, out var prefix, out string reason)
                ? prefix
                : throw new FlowException($"FAIL: Invalid address [{part}]: {reason}"));
        }
        return prefixes;
    }

    private static FlowName Parse(string? text)
    {
        if (text is null)
        {
            throw new FlowException("FAIL: no name");
        }
        if (!FlowName.TryParse(text, out var name, out string reason))
        {
            throw new FlowException($"FAIL: Invalid name [{text}]: {reason}");
        }
        return name;
    }
}
