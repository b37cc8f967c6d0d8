using System.Diagnostics;
using Nfqlb.EndToEnd.ControlPlane;
using Nfqlb.EndToEnd.Lab;
using Xunit.Abstractions;

namespace Nfqlb.EndToEnd.Serve;

/// <summary>A file is followed however it is changed; a bad one changes nothing.</summary>
[BesideOthers]
public sealed class FollowTests(ITestOutputHelper output) : IDisposable
{
    private const int Many = 1000;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(400);

    private readonly ServedHost _host = new();

    public void Dispose() => _host.Dispose();

    [KernelFact]
    public void A_file_that_is_replaced_or_written_is_in_force_soon()
    {
        _host.Replace("lb.yaml", ServedHost.File(0, 1));
        _host.Start("lb.yaml");
        Assert.Equal([101, 102], _host.Marks());
        Assert.Equal("[\n  \"http\"\n]\n", _host.Nfqlb("flow-list-names").Stdout);
        Assert.Contains("config     " + _host.PathOf("lb.yaml") + " in force since", _host.Nfqlb("status").Stdout);

        _host.Replace("lb.yaml", ServedHost.File(0, 2));
        _host.WaitForMarks(101, 103);
        File.WriteAllText(_host.PathOf("lb.yaml"), $"{ServedHost.File(3)}");
        _host.WaitForMarks(104);
    }

    /// <summary>As Kubernetes mounts a ConfigMap: the file leads by a link to a directory, which is swapped.</summary>
    [KernelFact]
    public void A_link_that_is_swapped_is_followed()
    {
        Directory.CreateDirectory(_host.PathOf("..one"));
        _host.Replace("..one/lb.yaml", ServedHost.File(0));
        Directory.CreateSymbolicLink(_host.PathOf("..data"), "..one");
        File.CreateSymbolicLink(_host.PathOf("lb.yaml"), "..data/lb.yaml");
        _host.Start("lb.yaml");
        Assert.Equal([101], _host.Marks());

        for (int i = 1; i < 4; i++)
        {
            Directory.CreateDirectory(_host.PathOf($"..{i}"));
            _host.Replace($"..{i}/lb.yaml", ServedHost.File(i));
            _host.Host.Shell($"cd {_host.PathOf("")}; ln -s ..{i} ..next; mv -T ..next ..data");
            _host.WaitForMarks(101 + i);
        }
        _host.Replace("..3/lb.yaml", ServedHost.File(7));
        _host.WaitForMarks(108);
    }

    [KernelFact]
    public void A_directory_is_one_document()
    {
        _host.Replace("10-base.yaml", ServedHost.File(0));
        _host.Start("");
        Assert.Equal([101], _host.Marks());
        _host.Replace("20-more.yaml", new WantedFile { Flows = ["{name: b, target: web}"] });
        Eventually.True(() => _host.Nfqlb("flow-list-names").Stdout.Contains("\"b\""), "a flow of another file");
        File.Delete(_host.PathOf("20-more.yaml"));
        Eventually.True(() => !_host.Nfqlb("flow-list-names").Stdout.Contains("\"b\""), "none of that any more");
    }

    [KernelFact]
    public void A_bad_file_is_told_everywhere_and_changes_nothing()
    {
        string path = _host.PathOf("lb.yaml");
        _host.Replace("lb.yaml", ServedHost.File(0, 1));
        _host.Start("lb.yaml", ServedHost.Http);
        string before = _host.Essence;
        Assert.Equal(1, _host.Metrics()["nfqlb_config_last_reload_successful"]);

        _host.Replace("lb.yaml", "pools:\n  - {name: web, N: x}");
        string fault = $"{path}:2: pools[0].N: [x] must be a whole number from 1 to 65535";
        _host.Process.WaitForOutput(fault);
        Assert.Equal(before, _host.Essence);
        var status = _host.Nfqlb("status");
        Assert.Equal(3, status.ExitCode);
        Assert.Contains(fault, status.Stdout);
        Assert.Equal(0, _host.Metrics()["nfqlb_config_last_reload_successful"]);

        File.Delete(path);
        _host.Process.WaitForOutput($"{path}: No such file or directory");
        Thread.Sleep(Pause);
        Assert.Equal(before, _host.Essence);

        _host.Replace("lb.yaml", ServedHost.File(2));
        _host.WaitForMarks(103);
        Eventually.True(() => _host.Metrics()["nfqlb_config_last_reload_successful"] == 1, "a good one in force");
        Assert.DoesNotMatch("(bad |warn) +config", _host.Nfqlb("status").Stdout);
    }

    /// <summary>What the kernel refuses is undone, told, and tried again when a link has come.</summary>
    [KernelFact]
    public void A_file_that_the_host_refuses_waits_for_the_host()
    {
        _host.Replace("lb.yaml", ServedHost.File(0));
        _host.Start("lb.yaml");
        string before = _host.Essence;
        WantedFile next = ServedHost.File(0);
        _host.Replace("lb.yaml", next with
        {
            Pools = [next.Pools[0] with { Targets = [.. next.Pools[0].Targets, new(1, 102, "10.9.0.2")] }],
        });
        _host.Process.WaitForOutput("configuration refused");
        Assert.Equal(before, _host.Essence);

        _host.Host.Shell("ip link add late type veth peer name late-end; ip link set late-end up; "
            + "ip address add 10.9.0.1/24 dev late; ip link set late up");
        _host.WaitForMarks(101, 102);
    }

    [KernelFact]
    public void What_is_wrong_at_the_start_ends_it_in_a_line_and_takes_nothing()
    {
        string before = _host.Essence;
        CommandResult missing = _host.Launch("none.yaml").WaitForEnd();
        Assert.Equal(
            (1, $"{_host.PathOf("none.yaml")}: No such file or directory\n"), (missing.ExitCode, missing.Stderr));
        _host.Replace("lb.yaml", "vips: [x]");
        CommandResult bad = _host.Launch("lb.yaml").WaitForEnd();
        Assert.Equal((1, $"{_host.PathOf("lb.yaml")}:1: vips[0]: [x] not an address\n"), (bad.ExitCode, bad.Stderr));
        Assert.Equal(before, _host.Essence);
    }

    /// <summary>A person drains a target; the file changes around it; SIGHUP has the file's word again.</summary>
    [KernelFact]
    public void What_commands_say_stays_beside_the_file()
    {
        _host.Replace("lb.yaml", ServedHost.File(0, 1));
        _host.Start("lb.yaml");
        _host.Nfqlb("target-delete", "--shm=web", "--index=1").MustSucceed();
        string[] hand = ["--name=hand", "--index=9", "--mark=700", $"--via={ControlHost.Via(1, 9)}"];
        _host.Nfqlb(["target-set", "--shm=web", .. hand]).MustSucceed();
        _host.Replace("lb.yaml", ServedHost.File(0, 1, 2));
        Eventually.True(() => _host.Marks().Contains(103), "what is new in the file", ServedHost.Soon);
        Assert.Equal([101, 103, 700], _host.Marks().Order());
        string status = _host.Nfqlb("status").Stdout;
        Assert.Contains("by hand    - target web/slot 1", status);
        Assert.Contains("by hand    + target web/hand", status);

        _host.Process.Signal(PosixSignalNumber.HangUp);
        Eventually.True(() => _host.Marks().Contains(102), "what the file has said", ServedHost.Soon);
        Assert.Equal([101, 102, 103, 700], _host.Marks().Order());
    }

    [KernelFact]
    public void A_thousand_targets_take_a_moment()
    {
        WantedFile ManyOf(int shift) => ServedHost.File() with
        {
            Pools =
            [
                new("web", 10_007, Many, [.. Enumerable.Range(0, Many).Select(i => new WantedTarget(
                    i, 5001 + i, ControlHost.Via(1, i == 7 ? 3000 + shift : i)))]),
            ],
        };
        _host.Replace("lb.yaml", ManyOf(0));
        _host.Start("lb.yaml");
        var times = new List<double>();
        for (int i = 1; i <= 5; i++)
        {
            long start = Stopwatch.GetTimestamp();
            _host.Replace("lb.yaml", ManyOf(i));
            Eventually.True(
                () => _host.Host.Run("ip", "route", "show", "table", "5008").Stdout.Contains(
                    $"via {ControlHost.Via4(1, 3000 + i)} "), "the new route", ServedHost.Soon);
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }
        output.WriteLine($"A file with {Many} targets, one of them new, in force after "
            + $"{string.Join(", ", times.Select(time => $"{time:f0}"))} ms");
        output.WriteLine(_host.Process.Stderr);
    }
}
