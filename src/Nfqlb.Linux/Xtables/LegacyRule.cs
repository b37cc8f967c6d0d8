using System.Text;
using Nfqlb.Filters;
using Nfqlb.Linux.Netlink.Nftables;
using Nfqlb.Packets;

namespace Nfqlb.Linux.Xtables;

/// <summary>A rule of iptables-legacy: struct ipt_entry or ip6t_entry, matches, target.</summary>
/// <param name="isIpv4">For IPv4; else IPv6.</param>
internal sealed class LegacyRule(bool isIpv4)
{
    private const int LinkBytes = 16;

    /// <summary>struct xt_entry_match and xt_entry_target begin alike: size, name of 29 bytes, revision.</summary>
    private const int PartBytes = 32, NameOffset = 2, NameBytes = 29;

    /// <summary>IPT_F_FRAG, IPT_F_GOTO, and IPT_INV_… with the numbers of IP6T_INV_….</summary>
    private const byte LaterFragments = 1, GoTo = 2;
    private const byte NotIncoming = 1, NotOutgoing = 2, NotSource = 8, NotDestination = 0x10, NotProtocol = 0x40;

    private readonly int _address = isIpv4 ? 4 : 16, _flags = isIpv4 ? 82 : 131, _offsets = isIpv4 ? 88 : 140;
    private readonly int _headerBytes = isIpv4 ? 112 : 168;
    private readonly List<FilterCondition> _conditions = [];

    /// <summary>From this rule to the next.</summary>
    public int Bytes { get; private set; }

    /// <summary>What it asks.</summary>
    public IReadOnlyList<FilterCondition> Conditions => _conditions;

    /// <summary>It does not come back from the chain that it leads to.</summary>
    public bool IsGoTo { get; private set; }

    /// <summary>The target's name; empty for a verdict.</summary>
    public string Target { get; private set; } = "";

    /// <summary>The target's options.</summary>
    public byte[] Info { get; private set; } = [];

    /// <summary>Reads the rule at an offset; false behind the last one.</summary>
    public bool TryRead(ReadOnlySpan<byte> rules, int at)
    {
        if (at < 0 || rules.Length - at < _headerBytes)
        {
            return false;
        }
        int target = BitConverter.ToUInt16(rules[(at + _offsets)..]);
        Bytes = BitConverter.ToUInt16(rules[(at + _offsets + sizeof(ushort))..]);
        if (Bytes > rules.Length - at || target < _headerBytes || Bytes - target < PartBytes)
        {
            return false;
        }
        var rule = rules.Slice(at, Bytes);
        _conditions.Clear();
        ReadHeader(rule);
        ReadMatches(rule[_headerBytes..target]);
        Target = NameIn(rule[target..]);
        Info = rule[(target + PartBytes)..].ToArray();
        return true;
    }

    private void ReadHeader(ReadOnlySpan<byte> rule)
    {
        byte flags = rule[_flags], inverted = rule[_flags + 1];
        IsGoTo = (flags & GoTo) != 0;
        if (isIpv4 && (flags & LaterFragments) != 0)
        {
            _conditions.Add(new UnknownCondition("fragment"));
        }
        AddAddress(rule, isSource: true, (inverted & NotSource) != 0);
        AddAddress(rule, isSource: false, (inverted & NotDestination) != 0);
        AddLink(rule, isIncoming: true, (inverted & NotIncoming) != 0);
        AddLink(rule, isIncoming: false, (inverted & NotOutgoing) != 0);
        int protocol = BitConverter.ToUInt16(rule[(4 * _address + 4 * LinkBytes)..]);
        if (protocol != 0)
        {
            _conditions.Add(new ProtocolCondition((IpProtocol)protocol)
            {
                IsInverted = (inverted & NotProtocol) != 0,
            });
        }
    }

    private void AddAddress(ReadOnlySpan<byte> rule, bool isSource, bool isInverted)
    {
        int at = isSource ? 0 : _address;
        byte[] mask = rule.Slice(2 * _address + at, _address).ToArray();
        if (mask.Any(part => part != 0))
        {
            var block = AddressBlock.Of(rule.Slice(at, _address).ToArray(), mask);
            _conditions.Add(block is { } known
                ? new AddressCondition(isSource, known) { IsInverted = isInverted }
                : new UnknownCondition("address"));
        }
    }

    /// <summary>The mask holds the NUL that ends a whole name; of `eth+` it holds what is before the plus.</summary>
    private void AddLink(ReadOnlySpan<byte> rule, bool isIncoming, bool isInverted)
    {
        int at = 4 * _address + (isIncoming ? 0 : LinkBytes);
        var mask = rule.Slice(at + 2 * LinkBytes, LinkBytes);
        if (mask[0] != 0)
        {
            int masked = mask.IndexOf((byte)0) is >= 0 and var end ? end : LinkBytes;
            string name = TextIn(rule.Slice(at, masked));
            bool isPrefix = name.Length == masked;
            _conditions.Add(new LinkCondition(isIncoming, name, isPrefix) { IsInverted = isInverted });
        }
    }

    private void ReadMatches(ReadOnlySpan<byte> matches)
    {
        while (matches.Length >= PartBytes)
        {
            int size = BitConverter.ToUInt16(matches);
            if (size < PartBytes || size > matches.Length)
            {
                _conditions.Add(new UnknownCondition("match"));
                return;
            }
            _conditions.AddRange(XtablesRule.Conditions(NameIn(matches), matches[PartBytes..size].ToArray()));
            matches = matches[size..];
        }
    }

    private static string NameIn(ReadOnlySpan<byte> part) => TextIn(part.Slice(NameOffset, NameBytes));

    private static string TextIn(ReadOnlySpan<byte> bytes)
    {
        int end = bytes.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? bytes : bytes[..end]);
    }
}
