using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text;
using Nfqlb.Filters;
using Nfqlb.Linux.Netlink.Nftables.Expressions;
using Nfqlb.Packets;
using static Nfqlb.Linux.Netlink.Nftables.UapiNftables;

namespace Nfqlb.Linux.Netlink.Nftables;

/// <summary>Reads a rule of anybody's, step by step, as far as it decides what becomes of packets.</summary>
/// <remarks>A register holds one field of the packet at a time. What is not known here stays as a condition that may or
/// may not hold.</remarks>
internal sealed class FilterRuleDecoder
{
    private enum Field
    {
        Other,
        Source,
        Destination,
        Protocol,
        SourcePort,
        DestinationPort,
        IncomingLink,
        OutgoingLink,
        Mark,
        Priority,
        Family,
        EtherType,
        ConnectionState,
    }

    private readonly record struct Loaded(Field Field, byte[]? Mask);

    private readonly Dictionary<uint, Loaded> _registers = [];
    private readonly Dictionary<uint, byte[]> _values = [];
    private readonly ImmutableArray<FilterCondition>.Builder _conditions =
        ImmutableArray.CreateBuilder<FilterCondition>();
    private FilterRule _end = new([], FilterVerdict.Continue);

    /// <summary>Reads NFTA_RULE_EXPRESSIONS.</summary>
    public static FilterRule Read(NetlinkAttributes elements)
    {
        var decoder = new FilterRuleDecoder();
        while (elements.Next())
        {
            decoder.Step(elements.Nested);
        }

        return decoder._end with { Conditions = decoder._conditions.ToImmutable() };
    }

    private void Step(NetlinkAttributes element)
    {
        string name = "";
        var data = default(NetlinkAttributes);
        while (element.Next())
        {
            switch (element.Type)
            {
                case NFTA_EXPR_NAME: name = element.Text; break;
                case NFTA_EXPR_DATA: data = element.Nested; break;
            }
        }

        switch (name)
        {
            case "payload": LoadHeader(data); break;
            case "meta": LoadMeta(data); break;
            case "bitwise": Mask(data); break;
            case "cmp": Compare(data); break;
            case "immediate": Decide(data); break;
            case "reject": _end = _end with { Verdict = FilterVerdict.Drop }; break;
            case "queue": Queue(QueueNatively.ReadData(data)?.Rule); break;
            case "target": Target(data); break;
            case "match": Match(data); break;
            case "nat" when Numbers(data).GetValueOrDefault(NFTA_NAT_TYPE) != NFT_NAT_DNAT: break;
            case "nat" or "redir" or "tproxy": _end = _end with { Verdict = FilterVerdict.Translate }; break;
            case "ct": LoadConnection(data); break;
            case "counter" or "log" or "notrack" or "masq": break;
            case "lookup": LookUp(data); break;
            default: AddUnknown(name); break;
        }
    }

    /// <summary>It may write any register: what was known of them is not any more.</summary>
    private void AddUnknown(string name)
    {
        _registers.Clear();
        _conditions.Add(new UnknownCondition(name));
    }

    /// <summary>In a set, or in a map, which may give a verdict (vmap).</summary>
    private void LookUp(NetlinkAttributes data)
    {
        AddUnknown("lookup");
        if (Numbers(data).TryGetValue(NFTA_LOOKUP_DREG, out uint register) && register == NFT_REG_VERDICT)
        {
            _end = _end with { Verdict = FilterVerdict.Unknown };
        }
    }

    private void Queue(Queues.QueueRule? queue) => _end = _end with
    {
        Verdict = queue is null ? FilterVerdict.Unknown : FilterVerdict.Queue,
        Queue = queue,
    };

    private void LoadHeader(NetlinkAttributes data)
    {
        var known = Numbers(data);
        if (!known.TryGetValue(NFTA_PAYLOAD_DREG, out uint register))
        {
            return; // It writes into the packet, and decides nothing.
        }

        (uint header, uint offset, uint length) = (known.GetValueOrDefault(NFTA_PAYLOAD_BASE, uint.MaxValue),
            known.GetValueOrDefault(NFTA_PAYLOAD_OFFSET), known.GetValueOrDefault(NFTA_PAYLOAD_LEN));
        var field = (header, offset, length) switch
        {
            (NFT_PAYLOAD_NETWORK_HEADER, 12, <= 4) => Field.Source,
            (NFT_PAYLOAD_NETWORK_HEADER, 16, <= 4) => Field.Destination,
            (NFT_PAYLOAD_NETWORK_HEADER, 9, 1) or (NFT_PAYLOAD_NETWORK_HEADER, 6, 1) => Field.Protocol,
            (NFT_PAYLOAD_NETWORK_HEADER, 8, > 1) => Field.Source,
            (NFT_PAYLOAD_NETWORK_HEADER, 24, _) => Field.Destination,
            (NFT_PAYLOAD_TRANSPORT_HEADER, 0, 2) => Field.SourcePort,
            (NFT_PAYLOAD_TRANSPORT_HEADER, 2, 2) => Field.DestinationPort,
            _ => Field.Other,
        };
        _values.Remove(register);
        _registers[register] = new Loaded(field, null);
    }

    private void LoadMeta(NetlinkAttributes data)
    {
        var known = Numbers(data);
        if (!known.TryGetValue(NFTA_META_DREG, out uint register))
        {
            SetMeta(known);
            return;
        }

        _values.Remove(register);
        var field = known.GetValueOrDefault(NFTA_META_KEY, uint.MaxValue) switch
        {
            NFT_META_NFPROTO => Field.Family,
            NFT_META_L4PROTO => Field.Protocol,
            NFT_META_IIFNAME => Field.IncomingLink,
            NFT_META_OIFNAME => Field.OutgoingLink,
            NFT_META_MARK => Field.Mark,
            NFT_META_PRIORITY => Field.Priority,
            NFT_META_PROTOCOL => Field.EtherType,
            _ => Field.Other,
        };
        _registers[register] = new Loaded(field, null);
    }

    private void LoadConnection(NetlinkAttributes data)
    {
        var known = Numbers(data);
        if (!known.TryGetValue(NFTA_CT_DREG, out uint register))
        {
            return; // It writes into the connection.
        }
        if (known.GetValueOrDefault(NFTA_CT_KEY, uint.MaxValue) != NFT_CT_STATE)
        {
            AddUnknown("ct");
            return;
        }

        _values.Remove(register);
        _registers[register] = new Loaded(Field.ConnectionState, null);
    }

    /// <summary>Of all that a rule can set of a packet, the mark decides.</summary>
    private void SetMeta(Dictionary<ushort, uint> known)
    {
        if (known.GetValueOrDefault(NFTA_META_KEY) == NFT_META_MARK)
        {
            bool isKnown = _values.TryGetValue(known.GetValueOrDefault(NFTA_META_SREG), out byte[]? value)
                && value.Length == sizeof(uint);
            _end = _end with { Mark = new FilterMark(uint.MaxValue, isKnown ? BitConverter.ToUInt32(value!) : null) };
        }
    }

    private void Mask(NetlinkAttributes data)
    {
        uint source = 0, destination = 0;
        byte[] mask = [], xor = [];
        while (data.Next())
        {
            switch (data.Type)
            {
                case NFTA_BITWISE_SREG: source = data.UInt32BigEndian; break;
                case NFTA_BITWISE_DREG: destination = data.UInt32BigEndian; break;
                case NFTA_BITWISE_MASK: mask = Expressions.Compare.ReadValue(data.Nested); break;
                case NFTA_BITWISE_XOR: xor = Expressions.Compare.ReadValue(data.Nested); break;
            }
        }

        _values.Remove(destination);
        bool isKnown = _registers.TryGetValue(source, out var loaded) && loaded.Mask is null
            && mask.Length > 0 && xor.All(value => value == 0);
        _registers[destination] = isKnown ? loaded with { Mask = mask } : new Loaded(Field.Other, null);
    }

    private void Compare(NetlinkAttributes data)
    {
        uint register = 0, operation = uint.MaxValue;
        byte[] value = [];
        while (data.Next())
        {
            switch (data.Type)
            {
                case NFTA_CMP_SREG: register = data.UInt32BigEndian; break;
                case NFTA_CMP_OP: operation = data.UInt32BigEndian; break;
                case NFTA_CMP_DATA: value = Expressions.Compare.ReadValue(data.Nested); break;
            }
        }

        _registers.TryGetValue(register, out var loaded);
        var condition = operation switch
        {
            NFT_CMP_EQ or NFT_CMP_NEQ when value.Length > 0 => ConditionOf(loaded, value),
            NFT_CMP_GTE or NFT_CMP_LTE when value.Length == 2 => BoundOf(
                loaded, operation == NFT_CMP_GTE, BinaryPrimitives.ReadUInt16BigEndian(value)),
            _ => null,
        };
        _conditions.Add(condition is null
            ? new UnknownCondition("cmp")
            : condition with { IsInverted = operation == NFT_CMP_NEQ != IsForNone(loaded, value) });
    }

    /// <summary>A mask that keeps nothing: of the states that it names, the packet has none.</summary>
    private static bool IsForNone(Loaded loaded, byte[] value) =>
        loaded is { Field: Field.ConnectionState, Mask: not null } && value.All(part => part == 0);

    /// <returns>Null for one that is not known here.</returns>
    private static FilterCondition? ConditionOf(Loaded loaded, byte[] value) => loaded.Field switch
    {
        Field.Source or Field.Destination when AddressBlock.Of(value, loaded.Mask) is { } block =>
            new AddressCondition(loaded.Field == Field.Source, block),
        Field.Mark when value.Length == 4 => new MarkCondition(
            BitConverter.ToUInt32(value),
            loaded.Mask is { Length: 4 } mask ? BitConverter.ToUInt32(mask) : uint.MaxValue),
        Field.ConnectionState when value.Length == 4 && (loaded.Mask is null || IsForNone(loaded, value)) =>
            new ConnectionCondition((ConnectionStates)BitConverter.ToUInt32(loaded.Mask ?? value)),
        _ when loaded.Mask is not null => null,
        Field.Priority when value.Length == 4 => new PriorityCondition(BitConverter.ToUInt32(value)),
        Field.Protocol when value.Length == 1 => new ProtocolCondition((IpProtocol)value[0]),
        Field.Family when value.Length == 1 => new FamilyCondition(value[0] == NFPROTO_IPV4),
        Field.EtherType when value.Length == 2 => BinaryPrimitives.ReadUInt16BigEndian(value) switch
        {
            0x0800 => new FamilyCondition(IsIpv4: true),
            0x86dd => new FamilyCondition(IsIpv4: false),
            _ => null,
        },
        Field.SourcePort or Field.DestinationPort when value.Length == 2 =>
            PortOf(loaded.Field == Field.SourcePort, BinaryPrimitives.ReadUInt16BigEndian(value)),
        Field.IncomingLink or Field.OutgoingLink => new LinkCondition(
            loaded.Field == Field.IncomingLink, Encoding.UTF8.GetString(value).TrimEnd('\0'), value[^1] != 0),
        _ => null,
    };

    /// <returns>Null for one that is not known here.</returns>
    private static PortCondition? BoundOf(Loaded loaded, bool isLowest, ushort port) =>
        loaded is { Field: Field.SourcePort or Field.DestinationPort, Mask: null }
            ? new PortCondition(
                loaded.Field == Field.SourcePort, isLowest ? port : (ushort)0, isLowest ? ushort.MaxValue : port)
            : null;

    private static PortCondition PortOf(bool isSource, ushort port) => new(isSource, port, port);

    private void Decide(NetlinkAttributes data)
    {
        uint register = 0;
        var value = default(NetlinkAttributes);
        while (data.Next())
        {
            switch (data.Type)
            {
                case NFTA_IMMEDIATE_DREG: register = data.UInt32BigEndian; break;
                case NFTA_IMMEDIATE_DATA: value = data.Nested; break;
            }
        }

        _registers.Remove(register);
        _values[register] = Expressions.Compare.ReadValue(value);
        while (value.Next())
        {
            if (value.Type == NFTA_DATA_VERDICT)
            {
                DecideBy(value.Nested);
            }
        }
    }

    private void DecideBy(NetlinkAttributes verdict)
    {
        int code = 0;
        string? chain = null;
        while (verdict.Next())
        {
            switch (verdict.Type)
            {
                case NFTA_VERDICT_CODE: code = (int)verdict.UInt32BigEndian; break;
                case NFTA_VERDICT_CHAIN: chain = verdict.Text; break;
            }
        }

        _end = _end with
        {
            Chain = chain,
            Verdict = code switch
            {
                (int)NF_DROP => FilterVerdict.Drop,
                (int)NF_ACCEPT => FilterVerdict.Accept,
                NFT_JUMP => FilterVerdict.Jump,
                NFT_GOTO => FilterVerdict.GoTo,
                NFT_RETURN => FilterVerdict.Return,
                _ => FilterVerdict.Unknown,
            },
        };
    }

    /// <summary>A target of xtables (nft_compat).</summary>
    private void Target(NetlinkAttributes data)
    {
        _end = XtablesRule.After(_end, TextOf(data, NFTA_TARGET_NAME), BytesOf(data, NFTA_TARGET_INFO));
    }

    /// <summary>A match of xtables (nft_compat).</summary>
    private void Match(NetlinkAttributes data) =>
        _conditions.AddRange(XtablesRule.Conditions(TextOf(data, NFTA_MATCH_NAME), BytesOf(data, NFTA_MATCH_INFO)));

    private static string TextOf(NetlinkAttributes data, ushort type)
    {
        string text = "";
        while (data.Next())
        {
            text = data.Type == type ? data.Text : text;
        }

        return text;
    }

    private static byte[] BytesOf(NetlinkAttributes data, ushort type)
    {
        byte[] bytes = [];
        while (data.Next())
        {
            bytes = data.Type == type ? data.Bytes.ToArray() : bytes;
        }

        return bytes;
    }

    private static Dictionary<ushort, uint> Numbers(NetlinkAttributes data)
    {
        var numbers = new Dictionary<ushort, uint>();
        while (data.Next())
        {
            if (data.Bytes.Length == sizeof(uint))
            {
                numbers[data.Type] = data.UInt32BigEndian;
            }
        }

        return numbers;
    }
}
