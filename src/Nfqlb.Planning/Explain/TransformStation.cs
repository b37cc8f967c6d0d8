using System.Text.Json;
using Nfqlb.Filters;

namespace Nfqlb.Planning.Explain;

/// <summary>What IPsec does with it.</summary>
/// <param name="Policy">The policy that decides.</param>
public sealed record TransformStation(TransformPolicy Policy) : Station
{
    /// <inheritdoc/>
    public override string Name => "xfrm";

    /// <summary>It is not known what becomes of the packet.</summary>
    public bool IsUnsure => Policy is not { IsBlocking: true, HasOtherConditions: false };

    /// <inheritdoc/>
    public override IEnumerable<string> Lines =>
        [IsUnsure ? $"[{Policy.Words}] may drop or encrypt it: not checked" : $"[{Policy.Words}] blocks it"];

    /// <inheritdoc/>
    public override string? End => IsUnsure ? null : $"the policy of ip xfrm [{Policy.Words}] blocks it";

    /// <inheritdoc/>
    public override string? Remedy => IsUnsure ? null : $"ip xfrm policy delete {Policy.Words}";

    /// <summary>The policies that do something with a packet, on its way in and on its way out.</summary>
    /// <param name="policies">All there are.</param>
    /// <param name="packet">The packet.</param>
    public static IEnumerable<TransformStation> Of(IReadOnlyList<TransformPolicy> policies, FilteredPacket packet)
    {
        foreach (bool isOutgoing in (bool[])[false, true])
        {
            if (TransformPolicy.Find(policies, packet, isOutgoing) is { } policy
                && (policy.IsBlocking || policy.IsTransforming))
            {
                yield return new TransformStation(policy);
                yield break;
            }
        }
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter json)
    {
        json.WriteString("policy", Policy.Words);
        json.WriteBoolean("is_blocking", Policy.IsBlocking);
    }
}
