using Nfqlb.Flows;
using Nfqlb.Packets;

namespace Nfqlb.Routing;

/// <summary>A rule of policy routing: what `ip rule` lists. The kernel walks them by rising priority.</summary>
/// <remarks>
/// Two are equal when the kernel would treat packets alike by them and they are the same maker's: a wanted one can be
/// compared with a listed one.
/// </remarks>
/// <param name="Family">Whose packets it is for.</param>
/// <param name="Priority">Its place in the list; several may share one.</param>
/// <param name="Action">What it does with a packet it matches.</param>
public sealed record RoutingRule(IpFamily Family, uint Priority, RuleAction Action)
{
    private readonly FwmarkMatch? _fwmark;
    private readonly Cidr? _from;
    private readonly Cidr? _to;

    /// <summary>Bits of the mark; null matches every mark, as does no bit.</summary>
    public FwmarkMatch? Fwmark
    {
        get => _fwmark;
        init => _fwmark = value == default(FwmarkMatch) ? null : value;
    }

    /// <summary>Where packets come from; null for anywhere, as is the whole of the family.</summary>
    /// <exception cref="ArgumentException">The block is not of the family.</exception>
    public Cidr? From
    {
        get => _from;
        init => _from = NoneIfAny(value, nameof(From));
    }

    /// <summary>Where packets go to; null for anywhere, as is the whole of the family.</summary>
    /// <exception cref="ArgumentException">The block is not of the family.</exception>
    public Cidr? To
    {
        get => _to;
        init => _to = NoneIfAny(value, nameof(To));
    }

    /// <summary>The name of the link packets come in by; null for any.</summary>
    public string? IncomingLink { get; init; }

    /// <summary>The name of the link packets leave by; null for any. The kernel knows it of packets of its own host
    /// alone: no forwarded one matches.</summary>
    public string? OutgoingLink { get; init; }

    /// <summary>The transport protocol; null for any.</summary>
    public IpProtocol? Transport { get; init; }

    /// <summary>Source ports; null for any, and for packets without.</summary>
    public PortRange? SourcePorts { get; init; }

    /// <summary>Destination ports; null for any, and for packets without.</summary>
    public PortRange? DestinationPorts { get; init; }

    /// <summary>It is for the packets that do not match.</summary>
    public bool IsInverted { get; init; }

    /// <summary>Who made it.</summary>
    public RoutingProtocol Protocol { get; init; } = RoutingProtocol.Nfqlb;

    /// <summary>The kernel has conditions of it that are not told here, such as a user; only a listed one
    /// can.</summary>
    public bool HasOtherConditions { get; init; }

    /// <summary>Some of these may hold for one packet and not for the next of the same addresses and ports, such as one
    /// on DSCP.</summary>
    public bool TellsPacketsApart { get; init; }

    /// <summary>It has no condition but that on the mark, if any.</summary>
    public bool LooksAtMarkAlone => !HasOtherConditions && this is
    {
        From: null, To: null, IncomingLink: null, OutgoingLink: null, Transport: null, SourcePorts: null,
        DestinationPorts: null,
    };

    /// <summary>The words ip(8) takes for it, behind `ip rule add`.</summary>
    public string Words
    {
        get
        {
            string not = IsInverted ? "not " : "";
            string from = From is { } source ? $" from {FamilyAddress.Words(Family, source)}" : "";
            string to = To is { } destination ? $" to {FamilyAddress.Words(Family, destination)}" : "";
            string iif = IncomingLink is null ? "" : $" iif {IncomingLink}";
            string oif = OutgoingLink is null ? "" : $" oif {OutgoingLink}";
            string fwmark = Fwmark is null ? "" : $" fwmark {Fwmark}";
            string transport = Transport is { } number ? $" ipproto {(byte)number}" : "";
            string ports = (SourcePorts is { } sources ? $" sport {sources}" : "")
                + (DestinationPorts is { } ends ? $" dport {ends}" : "");
            return $"{not}priority {Priority}{from}{to}{iif}{oif}{fwmark}{transport}{ports} {Action} "
                + $"protocol {Protocol}";
        }
    }

    /// <summary>True when the kernel refuses to add this rule where the other one is (EEXIST).</summary>
    /// <remarks>It compares neither where a `goto` goes to nor `not`, and a prefix only where this rule has one
    /// (rule_exists, net/core/fib_rules.c).</remarks>
    public bool Collides(RoutingRule other) => WithoutUncompared() == other.WithoutUncompared() with
    {
        From = From is null ? null : other.From,
        To = To is null ? null : other.To,
    };

    /// <summary>True when to delete this rule is to delete the other one, if that comes first in the list.</summary>
    /// <remarks>What is not said, or is 0, holds for all; where a `goto` goes to and `not` are not compared
    /// (rule_find, net/core/fib_rules.c).</remarks>
    public bool Deletes(RoutingRule other) =>
        Family == other.Family
        && Priority == other.Priority
        && (Action.Kind == RuleActionKind.GoTo ? other.Action.Kind == RuleActionKind.GoTo : Action == other.Action)
        && (From is null || From == other.From)
        && (To is null || To == other.To)
        && (IncomingLink is null || IncomingLink == other.IncomingLink)
        && (Fwmark is not { Value: not 0 and var value } || value == other.Fwmark?.Value)
        && (Fwmark is not { Mask: not 0 and var mask } || mask == other.Fwmark?.Mask)
        && (Protocol.Number == 0 || Protocol == other.Protocol);

    /// <summary>For messages: `ipv6 rule priority 100 fwmark 0x65 lookup 101 protocol 78`.</summary>
    public override string ToString() => $"{(Family == IpFamily.Ipv4 ? "ipv4" : "ipv6")} rule {Words}";

    private RoutingRule WithoutUncompared() => this with
    {
        Action = Action.Kind == RuleActionKind.GoTo ? RuleAction.GoTo(0) : Action,
        IsInverted = false,
    };

    private Cidr? NoneIfAny(Cidr? block, string name)
    {
        var given = FamilyAddress.Of(Family, block, name);
        return given == FamilyAddress.Everything(Family) ? null : given;
    }
}
