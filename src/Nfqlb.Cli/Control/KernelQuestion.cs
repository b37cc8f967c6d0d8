using System.Text.Json;
using Nfqlb.Control;
using Nfqlb.Planning.Explain;
using Nfqlb.Planning.Objects;

namespace Nfqlb.Cli.Control;

/// <summary>Asks the balancer that runs what its program in the kernel would make of a packet.</summary>
internal static class KernelQuestion
{
    /// <summary>Null where no balancer answers, or none with a fast path at this link.</summary>
    /// <exception cref="ControlException">It does not answer in time.</exception>
    public static KernelJudgement? Ask(Probe probe, string link)
    {
        string? answer = ControlSocket.Client.TryAsk(new ControlRequest
        {
            Action = "judge",
            Packet = Convert.ToHexString(probe.ToBytes()),
            Link = link,
        });
        if (answer is null || !answer.StartsWith('{'))
        {
            return null;
        }
        using var document = JsonDocument.Parse(answer);
        return new KernelJudgement(document.RootElement.GetProperty("outcome").GetString()!)
        {
            IsUnknownDestination = document.RootElement.GetProperty("is_unknown_destination").GetBoolean(),
        };
    }
}
