using Nfqlb.Cli.CommandLine;
using Nfqlb.Control;
using Nfqlb.Flows;

namespace Nfqlb.Cli.Control;

/// <summary>Virtual addresses that are about to be queued no more are announced no more before that, by the balancer
/// that announces them: else routers would go on sending their packets.</summary>
internal static class Withdrawal
{
    /// <summary>Returns when routers have heard of it; at once where nobody announces them. What stands in the way is
    /// told, and no reason to leave the addresses as they are.</summary>
    public static void Ask(IReadOnlyList<Cidr> vips)
    {
        var names = new List<string>(vips.Count);
        foreach (var vip in vips)
        {
            names.Add(vip.ToPlainString());
        }
        try
        {
            string answer = ControlSocket.Client.TryAsk(new ControlRequest
            {
                Action = "withdraw",
                Vips = string.Join(',', names),
            })?.Replace("\0", "") ?? "OK";

            // One that does not know the key withdraws them when it sees that they are queued no more.
            if (!ControlClient.IsDone(answer) && !answer.Contains("unknown key", StringComparison.Ordinal))
            {
                Output.Complaint.WriteLine($"not withdrawn beforehand: {answer}");
            }
        }
        catch (Exception e) when (e is ControlException or UsageException)
        {
            Output.Complaint.WriteLine($"not withdrawn beforehand: {e.Message}");
        }
    }
}
