using Nfqlb.Flows;
using Nfqlb.Linux.SharedMemory;

namespace Nfqlb.Cli.Control;

/// <summary>Carries out what clients ask, and words the answers as nfqlb 1.2.0 does.</summary>
/// <param name="flows">The flows of this balancer.</param>
/// <param name="pools">The pools they lead to.</param>
internal sealed class FlowActions(FlowTable flows, PoolCatalog pools)
{
    /// <summary>Clients of 1.2.0 print the answer to a change up to the NUL that ends a C string.</summary>
    private const char EndOfAnswer = '\0';

    /// <summary>The answer to one request.</summary>
    public string Answer(ControlRequest request) => request.Action switch
    {
        "set" => Change(() => Set(request.Flow)),
        "delete" => Change(() => Delete(request.Flow.Name)),
        "list" when request.Flow.Name is { } name => FlowListing.Of(flows.Current, name),
        "list" => FlowListing.Of(flows.Current),
        "list-names" => FlowListing.NamesOf(flows.Current),
        null => Refusal("FAIL: no action"),
        _ => Refusal("FAIL: action unknown"),
    };

    /// <summary>The answer to a request that was not understood.</summary>
    public static string Refusal(string reason) => reason + EndOfAnswer;

    private static string Change(Action change)
    {
        try
        {
            change();
            return "OK" + EndOfAnswer;
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
            flows.Set(flow, pools.Open(flow.Target));
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
        flows.Delete(name);
    }
}
