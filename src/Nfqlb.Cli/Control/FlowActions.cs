using Nfqlb.Flows;
using Nfqlb.Linux.SharedMemory;

namespace Nfqlb.Cli.Control;

/// <summary>Carries out what clients ask, and words the answers as nfqlb 1.2.0 does.</summary>
/// <param name="flows">The flows of this balancer.</param>
/// <param name="changes">Changes them.</param>
/// <param name="counters">What became of the packets.</param>
internal sealed class FlowActions(FlowTable flows, FlowChanges changes, CounterListing counters)
{
    /// <summary>Clients of 1.2.0 read the answer to a change once, into so many bytes, and print it up to the NUL
    /// that ends a C string. Without one in there they would print what lies behind.</summary>
    private const int OldClientBytes = 64;

    private const char EndOfString = '\0';

    /// <summary>The answer to one request, in parts.</summary>
    /// <param name="request">As it came.</param>
    /// <param name="mayChange">False for a client that may only look.</param>
    public IEnumerable<string> Answer(ControlRequest request, bool mayChange) => request.Action switch
    {
        "set" or "delete" when !mayChange => [Refusal("FAIL: only root and the balancer's own user may change flows")],
        "set" => [Change(() => Set(request.Flow))],
        "delete" => [Change(() => Delete(request.Flow.Name))],
        "list" when request.Flow.Name is { } name => [FlowListing.Of(flows.Current, name)],
        "list" => FlowListing.PartsOf(flows.Current),
        "counters" => [counters.ToString()],
        "list-names" => [FlowListing.NamesOf(flows.Current)],
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

    private void Set(FlowText text)
    {
        var flow = text.Parse();
        try
        {
            changes.Set(flow);
        }
        catch (PoolException e)
        {
            throw new FlowException($"FAIL: Couldn't create load-balancer [{flow.Target}]: {e.Reason}");
        }
    }

    private void Delete(string? text)
    {
        if (text is null)
        {
            throw new FlowException("FAIL: no name");
        }
        if (!FlowName.TryParse(text, out var name, out string reason))
        {
            throw new FlowException($"FAIL: Invalid name [{text}]: {reason}");
        }
        changes.Delete(name);
    }
}
