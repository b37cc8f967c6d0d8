using System.Globalization;
using System.Text.RegularExpressions;
using Nfqlb.EndToEnd.ControlPlane;
using Nfqlb.EndToEnd.Lab;
using Nfqlb.EndToEnd.Watching;
using Xunit.Abstractions;

namespace Nfqlb.EndToEnd.Serve;

/// <summary>A `serve` that does all it can, checks by commands and announcements too, fits into its unit.</summary>
[BesideOthers]
public sealed class WholeServeTests(ITestOutputHelper output) : IDisposable
{
    private const string Calls = "/dev/shm/calls";

    private readonly ServedHost _host = new();

    public void Dispose() => _host.Dispose();

    /// <summary>From start to end, under strace: systemd itself does not run here.</summary>
    [KernelFact]
    public void It_makes_no_system_call_that_the_unit_forbids_and_has_the_metrics_that_are_documented()
    {
        _host.Replace("lb.yaml", Asking(0));
        BackgroundProcess serve = _host.Host.Start(
            "strace", "-f", "-qq", "-o", Calls, Executables.Nfqlb, "serve", $"--config={_host.PathOf("lb.yaml")}",
            ServedHost.Http).WaitForOutput(ServedHost.Started, TimeSpan.FromSeconds(30));
        serve.WaitForOutput("target is bad", TimeSpan.FromSeconds(20));
        _host.Replace("lb.yaml", Asking(0, 1));
        serve.WaitForOutput("configuration in force", TimeSpan.FromSeconds(10));
        _host.Nfqlb("flow-list").MustSucceed();
        _host.Nfqlb("events").MustSucceed();
        string[] served =
        [
            .. _host.Metrics().Names.Where(name => Regex.IsMatch(
                name, "^nfqlb_(config|reconcile|drift|check|vip|target_healthy|pool_panic)")),
        ];
        Assert.Contains("exit code 1: says no", _host.Nfqlb("events").Stdout);
        _host.Host.Shell("kill -TERM $(pgrep -x nfqlb)");
        Assert.Equal(0, serve.WaitForEnd(TimeSpan.FromSeconds(30)).ExitCode);

        Assert.Empty(served.Except(PagesTests.NamesOfServe()));
        Assert.Contains("nfqlb_config_changed_by_hand", served);
        string trace = _host.Host.Shell($"cat {Calls}").Stdout;
        HashSet<string> made =
        [
            .. Regex.Matches(trace, @"^\d+ +([a-z_0-9]+)\(", RegexOptions.Multiline)
                .Select(call => call.Groups[1].Value),
        ];
        output.WriteLine(string.Join(' ', made.Order()));
        Assert.Contains("capset", made);
        Assert.Contains("execve", made);
        Assert.Empty(made.Except(Allowed("@system-service")));
    }

    [KernelTheory]
    [InlineData("nfqlb.service")]
    [InlineData("flowlb@.service")]
    public void The_unit_is_hardened_as_told(string unit)
    {
        string path = Path.Combine(Executables.RepositoryRoot, "packaging", "systemd", unit);
        CommandResult judged = _host.Host.Run("systemd-analyze", "security", "--offline=true", "--no-pager", path);
        Match level = Regex.Match(judged.Stdout, @"exposure level for \S+: ([0-9.]+)");
        Assert.True(level.Success, $"{judged}");
        double exposure = double.Parse(level.Groups[1].Value, CultureInfo.InvariantCulture);
        output.WriteLine($"{unit}: {exposure}");
        Assert.InRange(exposure, 0, 2.4);
        Assert.Contains("SystemCallFilter=@system-service", File.ReadAllText(path));
    }

    /// <summary>The calls of a set of systemd's and of those in it.</summary>
    private HashSet<string> Allowed(string set)
    {
        var calls = new HashSet<string>();
        string listed = _host.Host.Run("systemd-analyze", "syscall-filter", "--no-pager", set).MustSucceed().Stdout;
        foreach (string word in listed.Split('\n').Skip(1).Select(line => line.Trim()).Where(line => line.Length > 0))
        {
            if (word[0] == '@')
            {
                calls.UnionWith(Allowed(word));
            }
            else if (word[0] != '#')
            {
                calls.Add(word);
            }
        }
        return calls;
    }

    private static string Asking(params int[] slots) => $$"""
        vips: [203.0.113.10]
        announce: {table: 4000}
        pools:
          - name: web
            N: 10
            check: {type: exec, command: [/bin/sh, -c, "echo says no; exit 1"], interval: 200ms, to: target}
            targets:
        {{string.Concat(slots.Select(i => $"      - {{slot: {i}, mark: {101 + i}, via: {ControlHost.Via4(1, i)}}}\n"))}}
          - name: tcp
            N: 10
            check: {type: http, interval: 300ms, to: target}
            targets: [{slot: 0, mark: 150, via: {{ControlHost.Via4(1, 9)}}}]
        flows:
          - {name: http, target: web, dsts: [203.0.113.10/32]}
        """;
}
