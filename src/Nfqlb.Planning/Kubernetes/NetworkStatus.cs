using System.Text.Json;
using Nfqlb.Packets;
using Nfqlb.Planning.Model;

namespace Nfqlb.Planning.Kubernetes;

/// <summary>The annotation by which a pod says which addresses it has on which networks (Network Plumbing Working
/// Group, de-facto standard for attachments, §4.1).</summary>
internal static class NetworkStatus
{
    private const string Key = "k8s.v1.cni.cncf.io/network-status";

    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 8 };

    /// <summary>The same target with its addresses on a network; with none where it has none there.</summary>
    /// <param name="target">A pod.</param>
    /// <param name="annotations">Its annotations; null where they are not known.</param>
    /// <param name="network">Its name, `NAMESPACE/NAME` as a rule.</param>
    public static FoundTarget WithAddresses(
        FoundTarget target, IReadOnlyDictionary<string, string>? annotations, string network)
    {
        target = target with { Via4 = null, Via6 = null };
        if (annotations is null || !annotations.TryGetValue(Key, out string? text))
        {
            return target;
        }
        try
        {
            using var status = JsonDocument.Parse(text, Strict);
            foreach (var one in status.RootElement.EnumerateArray())
            {
                if (one.TryGetProperty("name", out var name) && name.ValueEquals(network)
                    && one.TryGetProperty("ips", out var addresses))
                {
                    foreach (var address in addresses.EnumerateArray())
                    {
                        target = With(target, address.GetString());
                    }
                }
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Whoever writes it may be about to: without an address it is no target.
        }
        return target;
    }

    private static FoundTarget With(FoundTarget target, string? text) =>
        !Address.TryParse(text, out var address) || !DesiredStateCheck.CanBeSentTo(address) ? target
        : address.IsIpv4 ? target with { Via4 = target.Via4 ?? address }
        : target with { Via6 = target.Via6 ?? address };
}
