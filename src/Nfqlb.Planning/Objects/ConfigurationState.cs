using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Nfqlb.Planning.Objects;

/// <summary>How far what a balancer that follows files is asked for is in force.</summary>
/// <param name="Source">Where it is written.</param>
/// <remarks><see cref="ConfigurationJson"/> has its properties in this order. An older balancer says nothing of sources
/// and announcements, and what is initialized here does not hold where JSON is read.</remarks>
public sealed record ConfigurationState(string Source)
{
    /// <summary>When the source was read as it is in force, as people write it; null before that.</summary>
    public string? InForceSince { get; init; }

    /// <summary>What is wrong with the source as it is now, a line each; none when it is in force.</summary>
    [JsonRequired]
    public ImmutableArray<string> Complaints { get; init; } = [];

    /// <summary>Since when it is so; null when it is in force.</summary>
    public string? ComplainedSince { get; init; }

    /// <summary>What cannot be put back as it is asked for, a line each.</summary>
    [JsonRequired]
    public ImmutableArray<string> Refused { get; init; } = [];

    /// <summary>What somebody changes again and again, a line each.</summary>
    [JsonRequired]
    public ImmutableArray<string> Contested { get; init; } = [];

    /// <summary>Where targets are found that the source does not name itself.</summary>
    public ImmutableArray<SourceState> Sources { get => field.IsDefault ? [] : field; init; }

    /// <summary>What was found there and is no target, a line each.</summary>
    public ImmutableArray<string> LeftOut { get => field.IsDefault ? [] : field; init; }

    /// <summary>The virtual addresses that are to be announced.</summary>
    public ImmutableArray<VipAnnouncement> Announcements { get => field.IsDefault ? [] : field; init; }
}
