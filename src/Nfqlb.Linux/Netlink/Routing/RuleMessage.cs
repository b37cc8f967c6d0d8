using Nfqlb.Flows;
using Nfqlb.Packets;
using Nfqlb.Routing;
using static Nfqlb.Linux.Netlink.Uapi.UapiFibRules;

namespace Nfqlb.Linux.Netlink.Routing;

/// <summary>A routing rule as rtnetlink writes and tells it.</summary>
internal static class RuleMessage
{
    // FRA_SPORT_MASK and FRA_DPORT_MASK of kernel 6.15, which not all headers have.
    private const ushort SourcePortMask = 28, DestinationPortMask = 29;

    extension(RoutingRule rule)
    {
        /// <summary>Reads RTM_NEWRULE; null for a family that is neither IPv4 nor IPv6.</summary>
        public static RoutingRule? Decode(NetlinkMessage message)
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
            string? incomingLink = null, outgoingLink = null;
            byte transport = 0;
            PortRange? sources = null, destinations = null;
            byte protocol = 0;
            Address? from = null;
            Address? to = null;
            bool hasOther = header.tos != 0, tellsApart = header.tos != 0;
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
                    case FRA_OIFNAME: outgoingLink = attributes.Text; break;
                    case FRA_PROTOCOL: protocol = attributes.UInt8; break;
                    case FRA_IP_PROTO: transport = attributes.UInt8; break;
                    case FRA_SPORT_RANGE: sources = PortsOf(attributes.Fixed<fib_rule_port_range>()); break;
                    case FRA_DPORT_RANGE: destinations = PortsOf(attributes.Fixed<fib_rule_port_range>()); break;
                    case FRA_SRC: from = AddressAttribute.Read(attributes.Bytes); break;
                    case FRA_DST: to = AddressAttribute.Read(attributes.Bytes); break;
                    case FRA_SUPPRESS_PREFIXLEN or FRA_SUPPRESS_IFGROUP:
                        hasOther |= attributes.UInt32 != uint.MaxValue; // All ones say nothing.
                        break;
                    case SourcePortMask or DestinationPortMask:
                        hasOther |= attributes.UInt16 != ushort.MaxValue;
                        tellsApart |= attributes.UInt16 != ushort.MaxValue;
                        break;
                    case FRA_FLOW or FRA_L3MDEV or FRA_UID_RANGE: hasOther = true; break;
                    default: hasOther = tellsApart = true; break;
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
                OutgoingLink = outgoingLink,
                Transport = transport == 0 ? null : (IpProtocol)transport,
                SourcePorts = sources,
                DestinationPorts = destinations,
                IsInverted = (header.flags & FIB_RULE_INVERT) != 0,
                Protocol = new RoutingProtocol(protocol),
                HasOtherConditions = hasOther,
                TellsPacketsApart = tellsApart,
            };
        }

        /// <summary>Writes the content of RTM_NEWRULE or RTM_DELRULE.</summary>
        public void Encode(NetlinkWriter writer)
        {
            writer.Append(new fib_rule_hdr
            {
                family = (byte)rule.Family,
                src_len = rule.From?.LengthIn(rule.Family) ?? 0,
                dst_len = rule.To?.LengthIn(rule.Family) ?? 0,
                table = rule.Action.Table?.InHeader() ?? 0,
                action = (byte)rule.Action.Kind,
                flags = rule.IsInverted ? FIB_RULE_INVERT : 0,
            });
            writer.UInt32(FRA_PRIORITY, rule.Priority);
            if (rule.From is { } from)
            {
                writer.Address(FRA_SRC, rule.Family, from.Base);
            }

            if (rule.To is { } to)
            {
                writer.Address(FRA_DST, rule.Family, to.Base);
            }

            if (rule.IncomingLink is { } link)
            {
                writer.Text(FRA_IIFNAME, link);
            }

            if (rule.Fwmark is { } fwmark)
            {
                writer.UInt32(FRA_FWMARK, fwmark.Value);
                writer.UInt32(FRA_FWMASK, fwmark.Mask);
            }

            if (rule.Action.Kind == RuleActionKind.GoTo)
            {
                writer.UInt32(FRA_GOTO, rule.Action.Argument);
            }
            else if (rule.Action.Table is { } table && table.InHeader() == 0)
            {
                writer.UInt32(FRA_TABLE, table.Id);
            }

            writer.UInt8(FRA_PROTOCOL, rule.Protocol.Number);
        }
    }

    private static PortRange PortsOf(fib_rule_port_range range) => new(range.start, range.end);
}
