using System.Collections.Immutable;

namespace Nfqlb.Packets;

/// <summary>What of a packet's key is hashed: packets that agree in it go to the same target.</summary>
/// <remarks>The default is the whole key, one direction apart from the other.</remarks>
public readonly record struct HashRule
{
    private const string Symmetric = "symmetric";

    /// <summary>The fields, in the order in which they are written.</summary>
    private static readonly ImmutableArray<(string Name, HashFields Fields)> Fields =
    [
        ("src", HashFields.Source),
        ("sport", HashFields.SourcePort),
        ("dst", HashFields.Destination),
        ("dport", HashFields.DestinationPort),
        ("proto", HashFields.Protocol),
    ];

    /// <summary>Other words for one or several of them.</summary>
    private static readonly ImmutableArray<(string Name, HashFields Fields)> Words =
    [
        .. Fields,
        ("source", HashFields.Source),
        ("source-port", HashFields.SourcePort),
        ("destination", HashFields.Destination),
        ("destination-port", HashFields.DestinationPort),
        ("protocol", HashFields.Protocol),
        ("addresses", HashFields.Source | HashFields.Destination),
        ("ports", HashFields.SourcePort | HashFields.DestinationPort),
        ("5-tuple", HashFields.All),
    ];

    /// <summary>Kept this way round, so that nothing said means everything hashed.</summary>
    private readonly HashFields _leftOut;

    /// <param name="fields">What is hashed; at least one.</param>
    /// <param name="isSymmetric">Both directions of a connection have one hash.</param>
    public HashRule(HashFields fields, bool isSymmetric)
    {
        _leftOut = HashFields.All & ~fields;
        IsSymmetric = isSymmetric;
    }

    /// <summary>Both directions of a connection have one hash.</summary>
    public bool IsSymmetric { get; }

    /// <summary>The whole key as it stands.</summary>
    public bool IsDefault => _leftOut == 0 && !IsSymmetric;

    private HashFields Hashed => HashFields.All & ~_leftOut;

    /// <summary>Reads a list of fields with commas; `symmetric` may stand in it.</summary>
    /// <param name="text">Such as `src,dst` or `5-tuple,symmetric`.</param>
    /// <param name="rule">What it means.</param>
    /// <param name="reason">Why it means nothing; empty when it does.</param>
    public static bool TryParse(string text, out HashRule rule, out string reason)
    {
        rule = default;
        var fields = HashFields.None;
        bool isSymmetric = false;
        foreach (string word in text.Split(','))
        {
            if (word == Symmetric)
            {
                isSymmetric = true;
                continue;
            }
            var named = Words.FirstOrDefault(known => known.Name == word).Fields;
            if (named == HashFields.None)
            {
                reason = $"must be of {string.Join(", ", Fields.Select(field => field.Name))} or {Symmetric}";
                return false;
            }
            fields |= named;
        }
        rule = new HashRule(fields == HashFields.None ? HashFields.All : fields, isSymmetric);
        reason = isSymmetric && !rule.HasBothEnds ? $"{Symmetric} needs both addresses or none, and so both ports" : "";
        return reason.Length == 0;
    }

    /// <summary>The key with what is hashed alone: all else is 0. Both directions give one key where the rule is
    /// symmetric. The id of an echo request counts as its source port.</summary>
    public PacketKey Of(in PacketKey key)
    {
        var fields = Hashed;
        var left = new PacketKey(
            fields.HasFlag(HashFields.Source) ? key.Source : default,
            fields.HasFlag(HashFields.Destination) ? key.Destination : default,
            fields.HasFlag(HashFields.Protocol) ? key.Protocol : default,
            fields.HasFlag(HashFields.SourcePort) ? key.SourcePort : default,
            fields.HasFlag(HashFields.DestinationPort) ? key.DestinationPort : default,
            fields.HasFlag(HashFields.SourcePort) ? key.EchoId : default);
        return IsSymmetric && IsAfter(left) ? Turned(left) : left;
    }

    /// <summary>As <see cref="TryParse"/> reads it.</summary>
    public override string ToString() => string.Join(',', Names());

    /// <summary>The words one by one.</summary>
    public IEnumerable<string> Names()
    {
        var fields = Hashed;
        IEnumerable<string> names = fields == HashFields.All
            ? ["5-tuple"]
            : Fields.Where(field => fields.HasFlag(field.Fields)).Select(field => field.Name);
        return IsSymmetric ? names.Append(Symmetric) : names;
    }

    private bool HasBothEnds =>
        Hashed.HasFlag(HashFields.Source) == Hashed.HasFlag(HashFields.Destination)
        && Hashed.HasFlag(HashFields.SourcePort) == Hashed.HasFlag(HashFields.DestinationPort);

    private static PacketKey Turned(in PacketKey key) => key with
    {
        Source = key.Destination,
        Destination = key.Source,
        SourcePort = key.DestinationPort,
        DestinationPort = key.SourcePort,
    };

    private static bool IsAfter(in PacketKey key)
    {
        var (source, destination) = (key.Source, key.Destination);
        if (source.High != destination.High)
        {
            return source.High > destination.High;
        }
        return source.Low == destination.Low
            ? key.SourcePort > key.DestinationPort
            : source.Low > destination.Low;
    }
}

/// <summary>Fields of a packet's key.</summary>
[Flags]
public enum HashFields : byte
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>The source address.</summary>
    Source = 1,

    /// <summary>The source port; of an echo request its id.</summary>
    SourcePort = 2,

    /// <summary>The destination address.</summary>
    Destination = 4,

    /// <summary>The destination port.</summary>
    DestinationPort = 8,

    /// <summary>The transport protocol.</summary>
    Protocol = 16,

    /// <summary>The whole key.</summary>
    All = 31,
}
