using System.Text.Json.Serialization;
using Nfqlb.Flows;

namespace Nfqlb.Planning.Objects;

/// <summary>Whether a virtual address is announced.</summary>
/// <param name="Prefix">The address, or the block.</param>
/// <param name="IsAnnounced">Its route stands.</param>
/// <param name="Since">Since when it is so, as people write it.</param>
/// <param name="Reason">Why it is not announced; null where it is.</param>
public sealed record VipAnnouncement(
    [property: JsonPropertyName("vip")] Cidr Prefix, bool IsAnnounced, string Since, string? Reason);
