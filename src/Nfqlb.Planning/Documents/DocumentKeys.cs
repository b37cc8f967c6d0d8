using Nfqlb.Planning.Model;

namespace Nfqlb.Planning.Documents;

/// <summary>The keys that a map of a document may have. The schema, docs/nfqlb.schema.json, names the same.</summary>
/// <param name="Required">Those that must be there.</param>
/// <param name="Optional">Those that may be left out.</param>
internal sealed record DocumentKeys(string[] Required, string[] Optional)
{
    public static readonly DocumentKeys Document =
        new([],
            ["rules", "mark_mask", "queues", "vips", "announce", "fast_path", "pools", "flows", "links", "sysctls"]);
    public static readonly DocumentKeys Queues = new([], ["range", "fanout", "spread", "bypass", "notrack"]);
    public static readonly DocumentKeys Vip = new(["prefix"], ["egress_table"]);
    public static readonly DocumentKeys Announce = new(["table"], ["needs"]);
    public static readonly DocumentKeys FastPath = new(["links"], ["exit"]);
    public static readonly DocumentKeys Pool =
        new(
            ["name", "N"],
            [
                "M", "ownfw", "identity", "seed", "min_active", "when_empty", "check", "panic", "slow_start", "from",
                "targets",
            ]);
    public static readonly DocumentKeys From = new(["kubernetes"], []);
    public static readonly DocumentKeys Kubernetes = new(
        ["namespace", "service"], ["port", "network", "annotations", "dev", "unready", "terminating"]);
    public static readonly DocumentKeys Target =
        new(["mark", "via"], ["name", "slot", "dev", "table", "weight", "state", "priority", "check"]);
    public static readonly DocumentKeys Check = new(
        [],
        [
            "type", "port", "to", "interval", "timeout", "rise", "fall", "when_bad", "path", "host", "status", "body",
            "verify", "ca", "payload", "answer", "command",
        ]);

    public static readonly DocumentKeys Flow = new(
        ["name", "target"],
        ["prio", "protocols", "dsts", "srcs", "dports", "sports", "match", "udpencap", "hash"]);

    public static readonly DocumentKeys Link = new([], [.. DesiredFeature.Names]);

    /// <summary>In the place of next hops: rules and routes of this target are somebody else's.</summary>
    public const string NoWay = "none";

    public bool Knows(string key) => Required.Contains(key) || Optional.Contains(key);
}
