namespace Nfqlb.EndToEnd.CommandLine;

/// <summary>Wrong values, each as the one fault of an otherwise right command.</summary>
internal static class BadInput
{
    private const string Flow = "flow-set --name=bad --target=lb-1";

    private static readonly string[] Odd = ["", "a\nb", "a\u0001b", "a\u001b[31mb", new('x', 256)];

    /// <summary>Commands of blank-separated words, and behind | the option to be named and the bad value.</summary>
    public static IEnumerable<(string[] Words, string Option, string Value)> Numbers =>
    [
        .. Values("init --shm=new --M={0} --N=3", "M", "abc", "-5", "99999999999", "1e3", "0x10", "10.5", "12x"),
        .. Values("init --shm=new --M=100 --N={0}", "N", "abc", "-1", "0", "99999999999", "5 5"),
        .. Values("init --shm=new --ownfw={0}", "ownfw", "abc", "-2", "2147483648"),
        .. Values("activate --shm=lb-1 --index={0} 77", "index", "abc", "-2", "4294967296"),
        .. Values("activate --shm=lb-1 -- {0}", "mark", "abc", "-5", "2147483648", "7x", "0x"),
        .. Values("activate --shm=lb-1 70 71 {0}", "mark", "abc", "2147483648"),
        .. Values("deactivate --shm=lb-1 --index={0}", "index", "abc", "-2", "4294967296"),
        .. Values("deactivate --shm=lb-1 -- {0}", "mark", "abc", "-5", "2147483648"),
        (["activate", "--shm=lb-1"], "fwmark", ""),
        (["deactivate", "--shm=lb-1"], "fwmark", ""),
        (["primebelow"], "number", ""),
        .. Values("primebelow {0}", "", "abc", "99999999999999999999", "12x"),
        .. Values("fwmark --dst=10.0.0.2:90 --src={0}", "", "10.0.0.300:80", "10.0.0.1:65536", "10.0.0.1:x", "[::1:80",
            "name:80"),
        .. Values("fwmark --src=10.0.0.1:80 --dst=10.0.0.2:90 --proto={0}", "proto", "icmp", "tcp,udp"),
        .. Values("fwmark --src=10.0.0.1:80 --dst=10.0.0.2:90 --proto=tcp --hash_mode={0}", "hash_mode",
            "2", "x", "-1"),
    ];

    public static IEnumerable<(string[] Words, string Option, string Value)> Flows =>
    [
        .. Values($"{Flow} --protocols=tcp --dports={{0}}", "dports", "0", "65536", "300-200", "80-", "-80", "abc",
            "80--90", "0-10", "1-65536", "+80", "0x50"),
        .. Values($"{Flow} --protocols=tcp --dports=22,{{0}},80", "dports", "70000", "1-2-3", "8o"),
        .. Values($"{Flow} --protocols=udp --sports={{0}}", "sports", "0", "65536", "2-1", "abc"),
        .. Values($"{Flow} --dsts={{0}}", "dsts", "10.0.0.0", "10.0.0.0/33", "10.0.0/24", "::/129", "10.0.0.0/-1",
            "10.0.0.0/x", "10.0.0.0/", "/8", "300.0.0.0/8", "1::2::3/64", "localhost/8", "010.0.0.256/8"),
        .. Values($"{Flow} --srcs=10.0.0.0/8,{{0}}", "srcs", "::1", "::/200", "g::/16", "10.0.0.1/8/8"),
        .. Values($"{Flow} --protocols={{0}}", "protocols", "icmp", "6", "tcp;udp"),
        .. Values($"{Flow} --prio={{0}}", "prio", "abc", "99999999999", "1x"),
        .. Values($"{Flow} --protocols=sctp --udpencap={{0}}", "udpencap", "65536", "abc", "-1"),
        .. Values($"{Flow} --match={{0}}", "Match", "icmp[0:1]=1", "tcp[0:3]=1", "tcp[0:1]", "tcp[0:1]=0x1ff",
            "tcp[x:1]=1", "tcp[99999999999:1]=1"),
    ];

    /// <summary>Of flowlb and lb: refused before they bind a queue or a socket.</summary>
    public static IEnumerable<(string[] Words, string Option, string Value)> Balancers =>
    [
        .. Balancing("flowlb"),
        .. Balancing("lb --tshm=lb-1"),
        .. Values("lb --queue=20 --tshm=lb-1 --sctp_encap={0}", "sctp_encap", "65536", "-1", "abc", "9899:9900"),
        .. Values("lb --queue=20 --tshm={0}", "tshm", "a/b", "..", ""),
        .. Values("stats --ft_shm={0}", "ft_shm", "a/b", "", "nosuch", "lb-1"),
    ];

    /// <summary>Names that could climb out of /dev/shm, break a line of the protocol, or not be stored.</summary>
    public static IEnumerable<(string[] Words, string Option, string Value)> Names =>
    [
        .. NamesIn([.. Odd, "../lb-1", "a/b"],
            ["init", "--shm={0}"], ["show", "--shm={0}"], ["delete", "--shm={0}"], ["activate", "--shm={0}", "5"],
            ["deactivate", "--shm={0}", "5"], ["flow-set", "--name=bad", "--target={0}"]),
        .. NamesIn(Odd, ["flow-set", "--name={0}", "--target=lb-1"], ["flow-delete", "--name={0}"]),
        .. NamesIn(["a\nb", "a\naction:delete\nname:good"], ["flow-list", "--name={0}"]),
    ];

    private static IEnumerable<(string[] Words, string Option, string Value)> Balancing(string command) =>
    [
        .. Values($"{command} --queue={{0}}", "queue",
            "3:0", "0:70000", "x", "0:", ":3", "0:1:2", "65536", "-1", "1-3"),
        .. Values($"{command} --queue=20 --qlength={{0}}", "qlength", "abc", "0", "-1", "99999999999"),
        .. Values($"{command} --queue=20 --mtu={{0}}", "mtu", "575", "65536", "abc", "-1", "99999999999"),
        .. Values($"{command} --queue=20 --hash_mode={{0}}", "hash_mode", "2", "-1", "x"),
        .. Values($"{command} --queue=20 --notargets_fwmark={{0}}", "notargets_fwmark", "-2", "abc", "2147483648"),
        .. Values($"{command} --queue=20 --nolb_fwmark={{0}}", "nolb_fwmark", "-2", "abc", "2147483648"),
        .. Values($"{command} --queue=20 --ft_size={{0}}", "ft_size", "0", "1000001", "abc", "-1"),
        .. Values($"{command} --queue=20 --ft_buckets={{0}}", "ft_buckets", "1000001", "abc", "-1"),
        .. Values($"{command} --queue=20 --ft_frag={{0}}", "ft_frag", "30001", "abc", "-1"),
        .. Values($"{command} --queue=20 --ft_ttl={{0}}", "ft_ttl", "0", "60001", "abc", "-1", "0.2"),
        .. Values($"{command} --queue=20 --reassembler={{0}}", "reassembler", "yes", "-1", "2147483648"),
        .. Values($"{command} --queue=20 --lbshm={{0}}", "lbshm", "a/b", ""),
        .. Values($"{command} --queue=20 --ft_shm={{0}}", "ft_shm", "a/b", ""),
    ];

    private static IEnumerable<(string[] Words, string Option, string Value)> NamesIn(
        string[] names, params string[][] places) =>
        from place in places
        from name in names
        let option = place.Single(word => word.Contains("{0}")).Split('=')[0].TrimStart('-')
        // What is not printable is not repeated as it is; of what is over-long, the beginning will do.
        let value = name.Any(char.IsControl) ? "" : name.Length > 200 ? name[..16] : name
        select (place.Select(word => string.Format(word, name)).ToArray(), option, value);

    private static IEnumerable<(string[] Words, string Option, string Value)> Values(
        string command, string option, params string[] values) =>
        from value in values
        select (command.Split(' ').Select(word => string.Format(word, value)).ToArray(), option, value);
}
