using System.Collections.Immutable;
using Nfqlb.Checks;
using Nfqlb.Flows;
using Nfqlb.Maglev;
using Nfqlb.Packets;
using Nfqlb.Planning.Model;

namespace Nfqlb.Planning.Tests.Support;

/// <summary>Wanted states in which everything occurs that can be asked for, names that YAML might misread above
/// all.</summary>
internal sealed class RandomState(Random random)
{
    /// <summary>Booleans, nulls, numbers, dates, sexagesimals, indicators and comments of YAML 1.1 and 1.2.</summary>
    private static readonly string[] Traps =
    [
        "yes", "No", "on", "OFF", "y", "n", "true", "False", "null", "~", "101", "007", "1e3", "1.5", "0x10", "0o7",
        ".inf", ".nan", "-1", "+1", "12:30", "2001-01-01", "1-2", "1_000", "-", "--", "---", "...", "?", ":",
        "a:", ":a",
        "a:b", "#", "a#b", "&a", "*a", "!a", "|", ">", "%a", "@a", "`a", "{a}", "[a]", "a,b", "<<", "=", "a=b",
        "10.0.0.1", "fd00::", "{}", "[]", "<a>", "a&b", "+a",
    ];

    private static readonly string[] Devices = ["eth0", "eth0.100", "no", "1", "~", "a,b", "@x"];

    private static readonly string[] Sysctls =
        ["net.ipv4.ip_forward", "net.ipv6.conf.all.forwarding", "net.ipv4.conf.eth0/100.rp_filter", "yes", "1", "a:b"];

    private static readonly string[] SysctlValues =
    [
        "0", "1", "-1", "01", "4096 131072 6291456", "cubic", "true", "null", "0x1f", "4294967296", "a: b", "'q'\"\\",
        "a\u0085b\u2028c\u00e9\t\u0007\ufeff",
    ];

    private readonly HashSet<string> _used = [];
    private int _names;

    public DesiredState Next()
    {
        _names = 0;
        _used.Clear();
        var pools = Some(3, Pool);
        return new DesiredState
        {
            Rules = random.Next(2) == 0 ? RuleLayout.Tree : RuleLayout.Flat,
            // All marks of this state fit.
            MarkMask = Flip() ? MarkMask.All : new MarkMask(0x7fffffff),
            Queues = Queues(),
            Vips = [.. Some(4, Vip).DistinctBy(vip => vip.Prefix)],
            Announcing = Flip() ? null : new DesiredAnnouncing(4_000_000_000 + (uint)random.Next(9))
            {
                NeedsOnePool = Flip(),
            },
            FastPath = Flip() ? null : new DesiredFastPath(
                [.. Some(3, () => $"eth{random.Next(9)}").Append("lan").Distinct()])
            {
                Redirects = Flip(),
            },
            Pools = [.. pools.OrderBy(pool => pool.Name.Text, StringComparer.Ordinal)],
            Flows = pools.IsEmpty ? [] : Some(4, () => Flow(pools[random.Next(pools.Length)].Name)),
            Features =
            [
                .. Some(4, Feature).DistinctBy(feature => feature.Key)
                    .OrderBy(feature => feature.Key.Link, StringComparer.Ordinal)
                    .ThenBy(feature => feature.Key.Name, StringComparer.Ordinal),
            ],
            Sysctls =
            [
                .. Some(4, () => new DesiredSysctl(Pick(Sysctls), Pick(SysctlValues)))
                    .DistinctBy(sysctl => sysctl.Name).OrderBy(sysctl => sysctl.Name, StringComparer.Ordinal),
            ],
        };
    }

    private DesiredFeature Feature() => new(new(Pick(Devices), Pick(DesiredFeature.Names)), Flip());

    private DesiredQueues Queues()
    {
        int first = random.Next(65536);
        bool isByPorts = Flip();
        return new DesiredQueues
        {
            First = (ushort)first,
            Last = (ushort)random.Next(first, isByPorts ? Math.Min(first + 256, 65536) : 65536),
            IsByPorts = isByPorts,
            IsByCpu = !isByPorts && Flip(),
            IsBypassed = Flip(),
            IsUntracked = Flip(),
        };
    }

    private DesiredVip Vip() => new(VipBlock(), Flip() ? null : (uint)random.NextInt64(100_000_000, uint.MaxValue));

    private DesiredPool Pool()
    {
        int slots = random.Next(1, 40);
        var free = new Queue<int>(Enumerable.Range(0, slots).OrderBy(_ => random.Next()));
        var size = new PoolSize(Prime.AtOrBelow(slots * 10 + 3), slots);
        var shape = new PoolShape(size, Flip() ? null : new HashSeed((ulong)random.NextInt64(), (ulong)random.Next(2)));
        var settings = new PoolSettings(random.Next(3))
        {
            MinActive = Flip() ? 1 : random.Next(1, slots + 1), WhenEmpty = (WhenEmpty)random.Next(2),
        };
        return new DesiredPool(new PoolName(Name("'\"\\/")), shape, settings)
        {
            Check = Flip() ? null : random.Next(8) == 0 ? new DesiredCheck { IsNone = true } : Check(),
            PanicPercent = Flip() ? 0 : random.Next(101),
            SlowStart = Flip() ? null : new SlowStart(TimeSpan.FromSeconds(random.Next(1, 3601))),
            Targets =
            [
                .. Some(Math.Min(slots, 5), () => Target(free.Dequeue(), shape.Seed is not null))
                    .OrderBy(target => target.Slot),
            ],
        };
    }

    private DesiredTarget Target(int slot, bool isNamed)
    {
        int mark = 10_000 * ++_names + random.Next(1, 10_000);
        var target = new DesiredTarget
        {
            Name = isNamed || Flip() ? Name("'\"\\") : null,
            Slot = slot,
            Weight = (ushort)(Flip() ? 1 : random.Next(65536)),
            State = (TargetState)random.Next(3),
            Priority = (ushort)(Flip() ? 0 : random.Next(65536)),
            Mark = new FirewallMark(mark),
            Via4 = Ipv4(),
            Via6 = Flip() ? Ipv6() : null,
            Device = Flip() ? null : Pick(Devices),
            Check = Flip() ? null : random.Next(8) == 0 ? new DesiredCheck { IsNone = true } : Check(),
        };
        target = target.Via6 is not null && Flip() ? target with { Via4 = null } : target;
        return Flip() ? target : target with { Table = (uint)mark + 1_000_000_000 };
    }

    /// <summary>With all that it needs, also where nothing else is said of the pool, and nothing that its kind has no
    /// use for.</summary>
    private DesiredCheck Check()
    {
        var check = AnyCheck();
        bool isHttp = check.Kind is CheckKind.Http or CheckKind.Https;
        return check with
        {
            Port = check.Kind == CheckKind.Icmp ? null : check.Port,
            Path = isHttp ? check.Path : null,
            Host = isHttp ? check.Host : null,
            Body = isHttp ? check.Body : null,
            Statuses = isHttp ? check.Statuses : null,
            Verifies = check.Kind == CheckKind.Https ? check.Verifies : null,
            Authority = check.Kind == CheckKind.Https ? check.Authority : null,
            Payload = check.Kind == CheckKind.Udp ? check.Payload : null,
            Answer = check.Kind == CheckKind.Udp ? check.Answer : null,
            Command = check.Kind == CheckKind.Exec ? check.Command : null,
        };
    }

    private DesiredCheck AnyCheck() => new()
    {
        KeepsWhileBad = Flip() ? null : Flip(),
        Kind = Flip() ? CheckKind.Https : Flip() ? CheckKind.Exec : Flip() ? CheckKind.Sctp : (CheckKind)random.Next(3),
        Port = (ushort)random.Next(1, 65536),
        To = random.Next(3) switch
        {
            0 => null,
            1 => CheckDestination.Target,
            _ => new CheckDestination { Vip4 = Ipv4(), Vip6 = Ipv6() },
        },
        Interval = Flip() ? null : TimeSpan.FromMilliseconds(random.Next(1000, 100_000)),
        Timeout = Flip() ? null : TimeSpan.FromMilliseconds(random.Next(10, 1001)),
        Rise = Flip() ? null : random.Next(1, 101),
        Fall = Flip() ? null : random.Next(1, 101),
        Path = Flip() ? null : "/" + Pick(Traps),
        Host = Flip() ? null : Pick(Devices),
        Body = Flip() ? null : Pick(SysctlValues),
        Verifies = Flip() ? null : Flip(),
        Authority = Flip() ? null : "/etc/ssl/" + Pick(Traps),
        Statuses = Flip() ? null : HttpStatuses.TryParse("200, 404-410", out var statuses) ? statuses : null,
        Payload = Flip() ? null : Payload.TryParse(Pick(Traps), out var payload, out _) ? payload : null,
        Answer = Flip() ? null : Payload.TryParse("hex:00ff", out var answer, out _) ? answer : null,
        Command = new CheckCommand(["/" + Pick(Traps), .. Traps.Take(random.Next(4))]),
    };

    private Flow Flow(PoolName target)
    {
        bool isEncapsulated = random.Next(4) == 0;
        return new Flow
        {
            Name = new FlowName(Name("'\"\\#")),
            Target = target,
            Priority = Flip() ? 0 : random.Next(),
            Protocols = isEncapsulated ? Protocols.Sctp : (Protocols)random.Next(8),
            Destinations = Some(3, Block),
            Sources = Some(3, Block),
            DestinationPorts = new PortSet(Some(4, Ports)),
            SourcePorts = new PortSet(Some(4, Ports)),
            Matches = Some(2, Match),
            UdpEncapsulationPort = isEncapsulated ? (ushort)random.Next(1, 65536) : null,
            Hash = Flip() ? default : new HashRule((HashFields)random.Next(1, 32), isSymmetric: false),
        };
    }

    private ByteMatch Match()
    {
        uint mask = (uint)random.Next(1, 65536);
        return Flip()
            ? new ByteMatch(IpProtocol.Tcp, random.Next(18), 2, mask, (uint)random.Next(65536) & mask)
            : new ByteMatch(IpProtocol.Udp, random.Next(4), 4, 0, (uint)random.NextInt64(uint.MaxValue));
    }

    private PortRange Ports()
    {
        int first = random.Next(1, 65536);
        return new PortRange((ushort)first, (ushort)(Flip() ? first : random.Next(first, 65536)));
    }

    private Cidr Block()
    {
        string text = Flip()
            ? $"{Ipv4().ToString()["::ffff:".Length..]}/{random.Next(33)}"
            : $"{Ipv6()}/{random.Next(129)}";
        Assert.True(Cidr.TryParse(text, out var block, out string reason), $"{text}: {reason}");
        return block;
    }

    /// <summary>Not of those that no virtual address can be of.</summary>
    private Cidr VipBlock()
    {
        while (true)
        {
            var block = Block();
            if (VipRange.ReasonAgainst(block).Length == 0)
            {
                return block;
            }
        }
    }

    /// <summary>Not of 127.0.0.0/8, where no target is.</summary>
    private Address Ipv4()
    {
        uint address = (uint)random.NextInt64(1, uint.MaxValue);
        return Address.FromIpv4(address >> 24 == 127 ? address ^ 0x80000000 : address);
    }

    /// <summary>Also with runs of zeros, which are written as two colons, at the end too.</summary>
    private Address Ipv6() => new(
        0x2001_0db8_0000_0000ul + (uint)random.Next(3),
        random.Next(3) switch { 0 => 0ul, 1 => (ulong)random.Next(1, 65536) << 48, _ => (ulong)random.NextInt64() });

    /// <summary>A name of its own, made of a trap where that has none of the characters that may not be.</summary>
    private string Name(string forbidden)
    {
        _names++;
        string trap = Pick(Traps);
        bool isFit = trap.AsSpan().IndexOfAny(forbidden) < 0 && trap[0] != '#';
        string name = Flip() ? trap : $"{trap}{_names}";
        return isFit && _used.Add(name) ? name : $"n{_names}";
    }

    private ImmutableArray<T> Some<T>(int most, Func<T> make) =>
        [.. Enumerable.Range(0, random.Next(most + 1)).Select(_ => make())];

    private T Pick<T>(IReadOnlyList<T> items) => items[random.Next(items.Count)];

    private bool Flip() => random.Next(2) == 0;
}
