namespace Nfqlb.EndToEnd.ControlPlane;

/// <summary>Wrong values of the control commands, each as the one fault of an otherwise right command.</summary>
/// <remarks>They are said to a host with a pool `web` of ten slots, with a target `red` (mark 101) in slot 0.</remarks>
internal static class BadControlInput
{
    private const string Target = "target-set --shm=web --name=new";
    private const string Vips = "vip-set --vips=203.0.113.1";

    /// <summary>Commands of blank-separated words, what the complaint names, and the bad value.</summary>
    public static IEnumerable<(string[] Words, string Named, string Value)> All =>
    [
        .. Values($"{Target} --via=10.1.1.9 --mark={{0}}", "--mark", "abc", "", "0", "-1", "2147483648", "0x10", "1 "),
        .. Values($"{Target} --mark=7 --via={{0}}", "--via", "abc", "", "10.1.1.256", "10.1.1.9/32", "fd00:1::x",
            "10.1.1.9,10.1.1.8", "fd00:1::9,fd00:1::8"),
        .. Values($"{Target} --mark=7 --via={{0}}", "Invalid --via", "0.0.0.0", "::"),
        .. Values($"{Target} --mark=7 --via={{0}}", "--via", "10.99.0.1", "224.0.0.1"),
        .. Values($"{Target} --mark=7 --via=10.1.1.9 --dev={{0}}", "", "nolink"),
        .. Values($"{Target} --mark=7 --via=10.1.1.9 --dev={{0}}", "Invalid --dev", ".", "a/b", "1234567890123456"),
        .. Values($"{Target} --mark=7 --via=10.1.1.9 --table={{0}}", "Invalid --table", "0", "abc", "-1",
            "4294967296", "254", "255", "101"),
        .. Values($"{Target} --via=10.1.1.9 --mark={{0}}", "Invalid --mark", "101", "254"),
        .. Values($"{Target} --mark=7 --via=10.1.1.9 --rules={{0}}", "--rules", "bush", "", "Tree"),
        .. Values("target-set --shm=web --mark=7 --via=10.1.1.9 --index={0}", "--index", "abc", "", "10", "-1",
            "99999999999"),
        .. Values("target-set --shm=web --mark=7 --via=10.1.1.9 --name={0}", "name", "", "a\nb", "a\u001b[31mb",
            new('x', 256)),
        .. Values("target-set --shm={0} --name=new --mark=7 --via=10.1.1.9", "", "nope", "a/b", ".."),
        .. Values("target-set --shm=web --name=new --mark=7 --via=10.1.1.9 {0}", "unexpected", "word"),
        .. Values("target-set --shm=web --name=new --mark={0}", "--via", "7"),
        .. Values("target-set --shm=web --name=new --via={0}", "--mark", "10.1.1.9"),
        .. Values("target-set --shm=web --mark=7 --via={0}", "--name", "10.1.1.9"),
        .. Values("target-delete --shm=web --index={0}", "--index", "abc", "", "10", "-1"),
        .. Values("target-delete --shm={0} --index=1", "--shm", "a/b"),
        .. Values("target-list --shm={0}", "--shm", "a/b"),
        .. Values("vip-set --vips={0}", "--vips", "abc", "", "10.0.0.0/33", "10.0.0.1/8", "::/129", "fd00::1/64",
            "10.0.0.300"),
        .. Values("vip-set --vips=10.0.0.1,{0},10.0.0.3", "--vips", "x", "1.2.3"),
        .. Values("vip-delete --vips={0}", "--vips", "abc", "", "10.0.0.0/33"),
        .. Values($"{Vips} --queue={{0}}", "--queue", "3:0", "x", "", "65536", "0:70000", "0:1:2", "-1"),
        .. Values($"{Vips} --fanout={{0}}", "--fanout", "x", "", "1", "true"),
        .. Values($"{Vips} --bypass={{0}}", "--bypass", "x", "", "1", "YES"),
        .. Values($"{Vips} --notrack={{0}}", "--notrack", "x", "", "1", "off"),
        .. Values($"{Vips} --egress-table={{0}}", "--egress-table", "x", "", "-1", "4294967296"),
        .. Values($"{Vips} --egress-table={{0}}", "Invalid --egress-table", "254", "255", "101"),
        .. Values("apply -f {0}", "file", "", "/nowhere/wanted.yaml", "/dev"),
        .. Values("apply -f /dev/null --rules={0}", "--rules", "bush", ""),
        .. Values("apply --dry-run -f {0}", "file", "/nowhere/wanted.yaml"),
        .. Values("export {0}", "unexpected", "word"),
        .. Values("reset --all {0}", "unexpected", "word"),
    ];

    private static IEnumerable<(string[] Words, string Named, string Value)> Values(
        string command, string named, params string[] values) =>
        from value in values
        // What is not printable is not repeated as it is; of what is over-long, the beginning will do.
        let shown = value.Any(char.IsControl) || named.StartsWith("--") && !command.Contains($"{named}={{0}}") ? ""
            : value.Length > 200 ? value[..16]
            : value
        select (command.Split(' ').Select(word => string.Format(word, value)).ToArray(), named, shown);
}
