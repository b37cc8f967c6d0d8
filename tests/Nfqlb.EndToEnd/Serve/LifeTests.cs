using System.Diagnostics;
using Nfqlb.EndToEnd.ControlPlane;
using Nfqlb.EndToEnd.Lab;
using Nfqlb.EndToEnd.Packets;
using Xunit.Abstractions;

namespace Nfqlb.EndToEnd.Serve;

/// <summary>Starts, ends, kills, and one that follows another.</summary>
[BesideOthers]
public sealed class LifeTests(ITestOutputHelper output) : IDisposable
{
    /// <summary>KILLS=200 kills more often.</summary>
    private static int Kills =>
        Environment.GetEnvironmentVariable("KILLS") is { Length: > 0 } text ? int.Parse(text) : 12;

    private readonly ServedHost _host = new();

    public void Dispose() => _host.Dispose();

    [KernelFact]
    public void The_end_leaves_all_as_it_is_or_takes_all_away()
    {
        string nothing = _host.Essence;
        _host.Replace("lb.yaml", ServedHost.File(0, 1));
        _host.Start("lb.yaml");
        string served = _host.Essence;
        CommandResult end = _host.Process.Stop();
        Assert.Equal((0, ""), (end.ExitCode, end.Complaints));
        Assert.Equal(served, _host.Essence);

        _host.Start("lb.yaml", "--reset-on-exit");
        Assert.Equal(served, _host.Essence);
        Assert.Equal(0, _host.Process.Stop().ExitCode);
        Assert.Equal(nothing, string.Join('\n', _host.Essence.Split('\n').Where(line => line != "ftshm")
            .Where(line => line is not "nfqlb-trace")));
    }

    [KernelFact]
    public void Killed_at_any_time_it_is_put_right_by_the_next_start()
    {
        WantedFile[] files = [ServedHost.File(0, 1, 2, 3), ServedHost.File(2, 3, 4, 5, 6) with { Rules = "flat" }];
        var essences = new string[2];
        for (int i = 0; i < 2; i++)
        {
            _host.Replace("lb.yaml", files[i]);
            _host.Start("lb.yaml");
            essences[i] = _host.Essence;
            _host.Process.Stop();
        }
        long began = Stopwatch.GetTimestamp();
        _host.Start("lb.yaml");
        double startMs = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
        _host.Process.Stop();
        int halfway = 0;
        Random random = Seed.Random(output);
        for (int i = 0; i < Kills; i++)
        {
            _host.Replace("lb.yaml", files[i % 2]);
            BackgroundProcess killed = _host.Launch("lb.yaml");
            if (random.Next(2) == 0)
            {
                killed.WaitForOutput(ServedHost.Started);
                _host.Replace("lb.yaml", files[(i + 1) % 2]);
                Thread.Sleep(random.Next(45, 120));
            }
            else
            {
                Thread.Sleep(random.Next(1, (int)(1.2 * startMs)));
            }
            killed.Signal(PosixSignalNumber.Kill);
            killed.WaitForEnd();
            string left = _host.Essence;
            halfway += essences.Contains(left) ? 0 : 1;

            _host.Replace("lb.yaml", files[i / 2 % 2]);
            _host.Start("lb.yaml");
            string what = $"kill {i}, which left\n{left}\n";
            Assert.Equal(what + essences[i / 2 % 2], what + _host.Essence);
            Assert.Equal(0, _host.Process.Stop().ExitCode);
        }
        output.WriteLine($"{halfway} of {Kills} kills left something half done");
    }

    [KernelFact]
    public void One_goes_on_with_what_another_has_and_with_its_file()
    {
        _host.Replace("lb.yaml", ServedHost.File(0, 1));
        _host.Replace("bad.yaml", "vips: [x]");
        BackgroundProcess old = _host.Start("lb.yaml");
        _host.Nfqlb("flow-set", "--name=hand", "--target=web", "--protocols=udp").MustSucceed();
        Assert.Equal(1, _host.Launch("bad.yaml", "--takeover").WaitForEnd().ExitCode);
        Assert.False(old.HasEnded);

        for (int i = 0; i < 3; i++)
        {
            _host.Replace("next.yaml", ServedHost.File(0, 2 + i));
            BackgroundProcess next = _host.Start("next.yaml", "--takeover");
            CommandResult end = old.WaitForEnd();
            Assert.Equal((0, ""), (end.ExitCode, end.Complaints));
            _host.WaitForMarks(101, 103 + i);
            Assert.Equal("[\n  \"http\",\n  \"hand\"\n]\n", _host.Nfqlb("flow-list-names").Stdout);
            old = next;
        }
        _host.Host.Shell("ip route flush table 101 proto 78");
        Eventually.True(
            () => _host.Host.Run("ip", "route", "show", "table", "101").Stdout.Contains("default via"),
            "the last one to put it back", ServedHost.Soon);
    }

    [KernelFact]
    public void Goes_on_with_what_a_flowlb_has_and_back()
    {
        BackgroundProcess flowlb = _host.Balancer.StartFlowlb("0:3");
        _host.Replace("lb.yaml", ServedHost.File(0, 1));
        _host.Nfqlb("apply", "-f", _host.PathOf("lb.yaml")).MustSucceed();
        _host.Start("lb.yaml", "--takeover");
        Assert.Equal(0, flowlb.WaitForEnd().ExitCode);
        _host.Process.WaitForOutput("nothing to do");

        BackgroundProcess serve = _host.Process;
        _host.Balancer.StartFlowlb("0:3", "--takeover");
        Assert.Equal(0, serve.WaitForEnd().ExitCode);
        Assert.Equal([101, 102], _host.Marks());
    }

    [KernelFact]
    public void Another_user_needs_one_capability()
    {
        string path = _host.PathOf("lb.yaml");
        _host.Replace("lb.yaml", ServedHost.File(0, 1));
        _host.Host.Shell($"cp {path} /dev/shm/lb.yaml; chmod 644 /dev/shm/lb.yaml");
        BackgroundProcess serve = _host.Host.Start(
            [.. Balancer.NobodyWithNetAdminAlone, Executables.Nfqlb, "serve", "--config=/dev/shm/lb.yaml"]);
        serve.WaitForOutput(ServedHost.Started);
        _host.Host.Shell("ip route flush table 101 proto 78; nft delete table inet nfqlb");
        serve.WaitForOutput("put back");
        _host.Host.Shell("sed -i s/102/103/ /dev/shm/lb.yaml");
        _host.WaitForMarks(101, 103);
        CommandResult end = serve.Stop();
        Assert.Equal((0, ""), (end.ExitCode, end.Complaints));
    }

    /// <summary>Reported, as a shared machine allows no narrow limit.</summary>
    [KernelFact]
    public void How_long_a_start_takes_is_reported_beside_that_of_flowlb()
    {
        _host.Replace("lb.yaml", ServedHost.File(0, 1));
        var serves = new List<double>();
        var flowlbs = new List<double>();
        for (int i = 0; i < 9; i++)
        {
            serves.Add(TimeOf(() => _host.Launch("lb.yaml")));
            flowlbs.Add(TimeOf(() => _host.Host.Start(Executables.Nfqlb, "flowlb", "--queue=0:3")));
        }
        output.WriteLine($"Until it has started, median of {serves.Count}: serve {Median(serves):f0} ms, "
            + $"flowlb {Median(flowlbs):f0} ms");
        Assert.InRange(Median(serves), 0, 5 * Median(flowlbs));
    }

    private static double TimeOf(Func<BackgroundProcess> start)
    {
        long began = Stopwatch.GetTimestamp();
        BackgroundProcess process = start().WaitForOutput(ServedHost.Started, TimeSpan.FromSeconds(20));
        double time = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
        process.Stop();
        return time;
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
