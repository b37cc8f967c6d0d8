using Nfqlb.Flows;
using Nfqlb.Packets;
using static Nfqlb.Linux.Netlink.Uapi.UapiFibRules;

namespace Nfqlb.Linux.Netlink.Routing;

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

    /// <summary>It is for the packets that do not match.</summary>
    public bool IsInverted { get; init; }

    /// <summary>Who made it.</summary>
    public RoutingProtocol Protocol { get; init; } = RoutingProtocol.Nfqlb;

    /// <summary>The kernel has conditions of it that are not told here, such as ports; only a listed one
    /// can.</summary>
    public bool HasOtherConditions { get; private init; }

    /// <summary>The words ip(8) takes for it, behind `ip rule add`.</summary>
    public string Words
    {
        get
        {
            string not = IsInverted ? "not " : "";
            string from = From is { } source ? $" from {AddressAttribute.Words(Family, source)}" : "";
            string to = To is { } destination ? $" to {AddressAttribute.Words(Family, destination)}" : "";
            string iif = IncomingLink is null ? "" : $" iif {IncomingLink}";
            string fwmark = Fwmark is null ? "" : $" fwmark {Fwmark}";
            return $"{not}priority {Priority}{from}{to}{iif}{fwmark} {Action} protocol {Protocol}";
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

    /// <summary>Reads RTM_NEWRULE; null for a family that is neither IPv4 nor IPv6.</summary>
    internal static RoutingRule? Decode(NetlinkMessage message)
    {
        var attributes = message.Read(out fib_rule_hdr header);
        if ((IpFamily)header.family is not (IpFamily.Ipv4 or IpFamily.Ipv6))
        {
            return null;
        }

        uint priority = 0;
        uint table = header.table;
        uint target = 0;
        uint mark = 0;
        uint mask = 0;
        string? incomingLink = null;
        byte protocol = 0;
        Address? from = null;
        Address? to = null;
        bool hasOther = header.tos != 0;
        while (attributes.Next())
        {
            switch (attributes.Type)
            {
                case FRA_PRIORITY: priority = attributes.UInt32; break;
                case FRA_TABLE: table = attributes.UInt32; break;
                case FRA_GOTO: target = attributes.UInt32; break;
                case FRA_FWMARK: mark = attributes.UInt32; break;
                case FRA_FWMASK: mask = attributes.UInt32; break;
                case FRA_IIFNAME: incomingLink = attributes.Text; break;
                case FRA_PROTOCOL: protocol = attributes.UInt8; break;
                case FRA_SRC: from = AddressAttribute.Read(attributes.Bytes); break;
                case FRA_DST: to = AddressAttribute.Read(attributes.Bytes); break;
                case FRA_SUPPRESS_PREFIXLEN or FRA_SUPPRESS_IFGROUP:
                    hasOther |= attributes.UInt32 != uint.MaxValue; // All ones say nothing.
                    break;
                default: hasOther = true; break;
            }
        }

        var family = (IpFamily)header.family;
        var kind = (RuleActionKind)header.action;
        uint argument = kind == RuleActionKind.LookUp ? table : kind == RuleActionKind.GoTo ? target : 0;
        return new RoutingRule(family, priority, new RuleAction(kind, argument))
        {
            Fwmark = new FwmarkMatch(mark, mask),
            From = AddressAttribute.Block(family, from, header.src_len),
            To = AddressAttribute.Block(family, to, header.dst_len),
            IncomingLink = incomingLink,
            IsInverted = (header.flags & FIB_RULE_INVERT) != 0,
            Protocol = new RoutingProtocol(protocol),
            HasOtherConditions = hasOther,
        };
    }

    /// <summary>Writes the content of RTM_NEWRULE or RTM_DELRULE.</summary>
    internal void Encode(NetlinkWriter writer)
    {
        writer.Append(new fib_rule_hdr
        {
            family = (byte)Family,
            src_len = From?.LengthIn(Family) ?? 0,
            dst_len = To?.LengthIn(Family) ?? 0,
            table = Action.Table?.InHeader ?? 0,
            action = (byte)Action.Kind,
            flags = IsInverted ? FIB_RULE_INVERT : 0,
        });
        writer.UInt32(FRA_PRIORITY, Priority);
        if (From is { } from)
        {
            writer.Address(FRA_SRC, Family, from.Base);
        }

        if (To is { } to)
        {
            writer.Address(FRA_DST, Family, to.Base);
        }

        if (IncomingLink is not null)
        {
            writer.Text(FRA_IIFNAME, IncomingLink);
        }

        if (Fwmark is { } fwmark)
        {
            writer.UInt32(FRA_FWMARK, fwmark.Value);
            writer.UInt32(FRA_FWMASK, fwmark.Mask);
        }

        if (Action.Kind == RuleActionKind.GoTo)
        {
            writer.UInt32(FRA_GOTO, Action.Argument);
        }
        else if (Action.Table is { InHeader: 0 } table)
        {
            writer.UInt32(FRA_TABLE, table.Id);
        }

        writer.UInt8(FRA_PROTOCOL, Protocol.Number);
    }

    private RoutingRule WithoutUncompared() => this with
    {
        Action = Action.Kind == RuleActionKind.GoTo ? RuleAction.GoTo(0) : Action,
        IsInverted = false,
    };

    private Cidr? NoneIfAny(Cidr? block, string name)
    {
        var given = AddressAttribute.Of(Family, block, name);
        return given == AddressAttribute.Everything(Family) ? null : given;
    }
}
