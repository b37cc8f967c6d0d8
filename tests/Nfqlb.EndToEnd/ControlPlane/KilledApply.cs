using System.Text.Json;
using System.Text.RegularExpressions;
using Nfqlb.EndToEnd.Lab;
using Xunit.Abstractions;

namespace Nfqlb.EndToEnd.ControlPlane;

/// <summary>An `apply` on the way from one state to another that is killed.</summary>
/// <param name="control">Where.</param>
/// <param name="from">What is in force before.</param>
/// <param name="to">What it is to bring.</param>
/// <param name="output">Is told how often.</param>
internal sealed class KilledApply(ControlHost control, WantedFile from, WantedFile to, ITestOutputHelper output)
{
    private const string NextPart = "echo @@@@";

    /// <summary>The calls by which anything is changed: netlink and the balancer by the first two, pools and notes by
    /// the others. strace kills before the call is made.</summary>
    private static readonly string[] Calls = ["sendto", "sendmsg", "rename", "unlink", "fallocate", "ftruncate"];

    /// <summary>What links did before anything was asked.</summary>
    private string _links = "";

    /// <summary>At each call in turn, and each time the next command repairs what is left.</summary>
    public void KillAtEveryCall()
    {
        Begin();
        string[] files = [control.WriteFile("from.yaml", $"{from}"), control.WriteFile("to.yaml", $"{to}")];
        Apply(files[1]);
        string essenceOfTo = control.State().Essence;
        Apply(files[0]);
        KernelState before = control.State();
        string essenceOfFrom = before.Essence;
        int kills = 0, repairs = 0;
        foreach (string call in Calls)
        {
            for (int n = 1; ; n++, kills++)
            {
                string what = $"killed at {call} {n}";
                string[] parts = Shell($"""
                    code=0
                    strace -f -qq -o /dev/null -e trace={call} -e inject={call}:signal=SIGKILL:when={n} \
                        $nfqlb apply -f {files[1]} >/dev/null 2>&1 || code=$?
                    echo $code; {NextPart}
                    $nfqlb flow-list; {NextPart}
                    {KernelState.Script}
                    """);
                Assert.True(parts[0].Trim() is "0" or "137", $"{what}: exit {parts[0]}");
                if (parts[0].Trim() == "0")
                {
                    Apply(files[0]);
                    before = control.State();
                    break;
                }
                KernelState state = KernelState.Parse(parts[2]);
                CheckThatWhatIsInUseWorks(state, parts[1], what);
                if (state == before)
                {
                    continue; // it had only looked so far: nothing is noted, and nothing to be repaired
                }
                // The repair may be the same command, the one before it, or the end of all.
                before = Repair(files, repairs % 3, what, repairs % 3 == 0 ? essenceOfTo : essenceOfFrom);
                repairs++;
            }
        }
        output.WriteLine($"{kills} kills, {repairs} repairs");
        Assert.True(kills > 30 && repairs > 10, $"only {kills} kills, {repairs} repairs");
    }

    /// <returns>The state from which the next one starts.</returns>
    private KernelState Repair(string[] files, int way, string what, string wanted)
    {
        string file = files[way == 0 ? 1 : 0];
        string[] parts = Shell($"""
            {(way == 2 ? "$nfqlb reset --all" : "")}
            {KernelState.Script}
            {NextPart}
            $nfqlb apply -f {file} >/dev/null
            $nfqlb apply -f {file}; {NextPart}
            {KernelState.Script}
            $nfqlb apply -f {files[0]} >/dev/null; {NextPart}
            {KernelState.Script}
            """);
        if (way == 2)
        {
            KernelState nothing = KernelState.Parse(parts[0]);
            Assert.True(nothing is { Nftables: "" } && nothing.Links == _links && !nothing.Rules4.Contains("proto 78")
                && !nothing.Rules6.Contains("proto 78") && !nothing.Routes.Contains("proto 78")
                && nothing.Files.All(file => file == "ftshm"), $"{what}, then reset:\n{nothing.Essence}");
        }
        Assert.Equal("Nothing to do", parts[1].Trim());
        KernelState.Parse(parts[2]).Essence.MustBe(wanted);
        return KernelState.Parse(parts[3]);
    }

    /// <summary>What both states want is there at every moment, and so is the way of each mark that a flow's pool
    /// gives.</summary>
    public void CheckThatWhatIsInUseWorks(KernelState state, string flows, string what)
    {
        var stays = from.Targets.Where(pair => to.Targets.ContainsKey(pair.Key)).Select(pair => pair.Key);
        var inUse = JsonDocument.Parse(flows).RootElement.EnumerateArray()
            .Select(flow => flow.GetProperty("user_ref").GetString()!).Distinct()
            .SelectMany(pool => control.Pool(pool).Marks).Where(mark => mark > 0);
        (IpRules rules4, IpRules rules6) = (state.Ipv4, state.Ipv6);
        foreach (int mark in stays.Union(inUse))
        {
            string[] vias = [.. ((WantedFile[])[from, to]).Select(file => file.Targets.GetValueOrDefault(mark)?.Via)
                .OfType<string>().SelectMany(via => via.Split(','))];
            IReadOnlyList<string> routes = state.RoutesOf(mark);
            Assert.True((rules4.Walk((uint)mark).Table, rules6.Walk((uint)mark).Table) == ($"{mark}", $"{mark}")
                && routes.Count(route => route.StartsWith("unreachable default")) == 2
                && vias.Any(via => routes.Any(route => route.StartsWith($"default via {via} "))),
                $"{what}: mark {mark}\n{state.Rules4}\n{state.Rules6}\n{string.Join('\n', routes)}");
        }
        IEnumerable<int> unknown = from.Targets.Keys.Union(to.Targets.Keys)
            .Where(mark => state.RoutesOf(mark).Count == 0);
        Assert.All(unknown.Select(mark => (uint)mark).Append(99u), mark =>
            Assert.True(
                (rules4.Walk(mark).Table, rules6.Walk(mark).Table) == ("main", "main"), $"{what}: mark {mark}"));
        Assert.All(from.Vips.Intersect(to.Vips), vip => Assert.True(
            Regex.IsMatch(state.Nftables, $@"\b{Regex.Escape(vip.Replace("/128", "").Replace("/32", ""))}\b"),
            $"{what}: {vip} is not queued\n{state.Nftables}"));
    }

    private string[] Shell(string script) =>
        control.Host.Shell($"nfqlb={Executables.Nfqlb}\n{script}").Stdout.Split(NextPart.Split(' ')[1] + '\n');

    /// <returns>What it printed.</returns>
    public string Apply(string file) => control.Nfqlb("apply", "-f", file).MustSucceed().Stdout;

    /// <summary>With a balancer, and nothing else.</summary>
    public void Begin()
    {
        control.StartFlowlb();
        control.Begin();
        _links = control.State().Links;
    }
}
