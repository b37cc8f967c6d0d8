using Nfqlb.Flows;
using Nfqlb.Linux.Netlink.Nftables;
using Nfqlb.Linux.Queue;
using Nfqlb.Queues;

namespace Nfqlb.Linux.Tests.Netlink.Nftables;

/// <summary>Short forms of what these tests are about.</summary>
internal static class Vips
{
    /// <summary>Randomness that can be had again, with `SEED=123`: failures name it.</summary>
    public static int Seed { get; } =
        Environment.GetEnvironmentVariable("SEED") is { Length: > 0 } text ? int.Parse(text) : Random.Shared.Next();

    public static Cidr Prefix(string text)
    {
        Assert.True(Cidr.TryParse(text, out var prefix, out string reason), $"{text}: {reason}");
        return prefix;
    }

    /// <summary>Prefixes with blanks between them.</summary>
    public static VipSet Set(string text) =>
        VipSet.Of(text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Prefix));

    public static QueueRule QueuesOf(string range)
    {
        Assert.True(QueueRange.TryParse(range, out var queues, out string? error), error);
        return new QueueRule(queues);
    }

    public static NftablesState State(string vips, string queues = "0:3") => new(Set(vips), QueuesOf(queues));

    /// <summary>Any prefix inside one that holds 256 addresses.</summary>
    public static Cidr Inside(string outer, Random random)
    {
        var range = Prefix(outer);
        int length = random.Next(range.PrefixLength, 129);
        ulong address = range.Base.Low + (ulong)random.Next(256);
        return new Cidr(range.Base with { Low = address & ulong.MaxValue << (128 - length) }, length);
    }
}
