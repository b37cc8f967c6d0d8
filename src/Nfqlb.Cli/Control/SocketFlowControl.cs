using Nfqlb.Cli.CommandLine;
using Nfqlb.Control;
using Nfqlb.ControlPlane.Host;
using Nfqlb.Flows;
using Nfqlb.Planning.Plans;

namespace Nfqlb.Cli.Control;

/// <summary>The flows of the balancer that answers at the control address.</summary>
internal sealed class SocketFlowControl : IFlowControl
{
    /// <summary>All flows but helpers, in their order; null when no balancer answers.</summary>
    /// <exception cref="ControlException">Somebody answers, but not with flows.</exception>
    public static IReadOnlyList<Flow>? Ask() =>
        ControlSocket.Client.TryAsk(new ControlRequest { Action = "list" }) is { } answer
            ? FlowListReader.Read(answer)
            : null;

    /// <inheritdoc/>
    public string Address => ControlSocket.Text;

    /// <inheritdoc/>
    public IReadOnlyList<Flow>? Read() => Ask();

    /// <inheritdoc/>
    public void Carry(FlowChange change)
    {
        switch (change)
        {
            case { After: null }:
                Delete(change.Name);
                break;
            case { IsReplacement: true, After: { } after }:
                Delete(change.Name);
                Set(after, isMove: after.Next is not null);
                break;
            case { After: { } after }:
                Set(after, change.IsMove);
                break;
        }
    }

    private static void Set(PlacedFlow placed, bool isMove)
    {
        var request = new ControlRequest { Action = "set", Flow = FlowText.Of(placed.Flow) };
        if (!isMove)
        {
            Change(request);
            return;
        }
        request.Before = placed.Next?.Text ?? "";
        if (Ask(request) is { } refusal)
        {
            if (!refusal.Contains("unknown key", StringComparison.Ordinal))
            {
                throw new FlowException(Words(request, refusal));
            }

            // A balancer that cannot move a flow takes it as a new one, which goes behind the others.
            if (placed.Next is null)
            {
                Delete(placed.Flow.Name);
            }
            request.Before = null;
            Change(request);
        }
    }

    private static void Delete(FlowName name) =>
        Change(new ControlRequest { Action = "delete", Flow = { Name = name.Text } });

    private static void Change(ControlRequest request)
    {
        if (Ask(request) is { } refusal)
        {
            throw new FlowException(Words(request, refusal));
        }
    }

    private static string Words(ControlRequest request, string refusal) => $"flow [{request.Flow.Name}]: {refusal}";

    /// <returns>What the balancer refuses it with; null when it is done.</returns>
    private static string? Ask(ControlRequest request)
    {
        try
        {
            string answer = ControlSocket.Client.Change(request);
            return ControlClient.IsDone(answer) ? null : answer;
        }
        catch (Exception e) when (e is ControlException or UsageException)
        {
            throw new FlowException($"flow [{request.Flow.Name}]: {e.Message}");
        }
    }
}
