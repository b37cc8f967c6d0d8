using System.Diagnostics;
using Nfqlb.Checks;
using Nfqlb.Linux.Probes;
using Nfqlb.Packets;

namespace Nfqlb.Linux.Tests.Probes;

/// <summary>Commands that check: what they may do, what becomes of what they say, and that all of them end.</summary>
public sealed class CommandSessionTests : IDisposable
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(10);

    private readonly Prober _prober = new();

    public void Dispose() => _prober.Dispose();

    [Theory]
    [InlineData("exit 0", CheckOutcome.Passed, "")]
    [InlineData("exit 3", CheckOutcome.Failed, "exit code 3")]
    [InlineData("echo no room >&2; echo more; exit 1", CheckOutcome.Failed, "exit code 1: no room")]
    [InlineData("printf '\\033[2J'; exit 1", CheckOutcome.Failed, "exit code 1: \\x1b[2J")]
    [InlineData("kill -9 $$", CheckOutcome.Failed, "killed by signal 9")]
    [InlineData("cat; exec >&- 2>&-; exit 2", CheckOutcome.Failed, "exit code 2")]
    public void The_end_of_a_command_is_the_verdict(string script, CheckOutcome outcome, string reason)
    {
        var result = Ask(script);
        Assert.Equal((outcome, reason), (result.Outcome, result.Reason));
    }

    [Fact]
    public void It_is_told_of_the_target_and_of_nothing_else()
    {
        var told = Ask("env | grep -v ^PWD= | grep -v ^_= | grep -v ^SHLVL= | sort | tr '\\n' ' '; exit 1");
        Assert.Equal(
            "exit code 1: NFQLB_ADDRESS=192.0.2.1 NFQLB_MARK=101 NFQLB_POOL=web NFQLB_PORT=8080 NFQLB_TARGET=red",
            told.Reason);
    }

    [KernelFact]
    public void It_has_no_capabilities_no_way_to_them_no_descriptors_and_another_user()
    {
        using var open = File.OpenRead("/proc/self/status");
        string kept = Ask(
            "grep -E '^(Cap(Inh|Prm|Eff|Amb|Bnd)|NoNewPrivs)' /proc/self/status | cut -d: -f2 | tr -d '\\n\\t';"
            + " echo \" $(ls /proc/self/fd | wc -l) $(id -u) $(id -G) $(pwd) $(ulimit -c)\"; exit 1").Reason;

        // Of the four descriptors one is that of ls itself.
        Assert.Equal($"exit code 1: {new string('0', 5 * 16)}1 4 65534 65534 / 0", kept);
        Assert.Equal(CheckOutcome.Failed, Ask("cat /etc/shadow").Outcome);
        Assert.Equal(
            "exit code 1: 0000000000000000 0000000000000000",
            Ask("echo $(grep -E '^Sig(Blk|Ign)' /proc/self/status | cut -f2); exit 1").Reason);
    }

    [Theory]
    [InlineData("/nowhere/check", "/nowhere/check: No such file or directory")]
    [InlineData("/etc/passwd", "/etc/passwd: Permission denied")]
    public void What_cannot_be_run_says_nothing_about_the_target(string file, string reason)
    {
        var result = Ask(new CheckCommand([file]), Long);
        Assert.Equal((CheckOutcome.Inconclusive, reason), (result.Outcome, result.Reason));
    }

    [Fact]
    public void One_that_hangs_is_killed_with_all_that_it_has_started()
    {
        string mark = $"{Random.Shared.Next(100_000, 900_000)}";
        string[] before = OurZombies();
        long start = Stopwatch.GetTimestamp();
        var result = Ask($"sleep {mark} & sleep {mark} & trap '' TERM; sleep {mark}", TimeSpan.FromMilliseconds(300));
        Assert.Equal((CheckOutcome.TimedOut, "no answer in time"), (result.Outcome, result.Reason));
        Assert.InRange(Stopwatch.GetElapsedTime(start), TimeSpan.FromMilliseconds(250), TimeSpan.FromSeconds(3));
        WaitUntilNoneIs(mark, before);
    }

    [Fact]
    public void What_it_leaves_behind_ends_with_it()
    {
        string mark = $"{Random.Shared.Next(100_000, 900_000)}";
        string[] before = OurZombies();
        Assert.Equal(CheckOutcome.Passed, Ask($"sleep {mark} & exit 0").Outcome);
        WaitUntilNoneIs(mark, before);
    }

    [Fact]
    public void A_flood_of_words_holds_up_nobody()
    {
        var result = Ask("head -c 50000000 /dev/zero | tr '\\0' x; exit 1");
        Assert.Equal(CheckOutcome.Failed, result.Outcome);
        Assert.Equal("exit code 1: " + new string('x', 200), result.Reason);
        var endless = Ask("while :; do echo again; done", TimeSpan.FromMilliseconds(300));
        Assert.Equal(CheckOutcome.TimedOut, endless.Outcome);
    }

    [Fact]
    public void No_more_than_sixteen_run_at_a_time_and_all_have_their_turn()
    {
        const int count = 50;
        var directory = Directory.CreateTempSubdirectory("nfqlb-commands-");
        directory.UnixFileMode |= UnixFileMode.OtherWrite | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;
        try
        {
            string script = $"cd {directory.FullName}; : > run.$$; ls | grep -c run > seen.$$; sleep 0.05; rm run.$$";
            for (int i = 0; i < count; i++)
            {
                _prober.Start(i, Probe(new CheckCommand(["/bin/sh", "-c", script]), Long));
            }
            Assert.Equal(count, _prober.Running);
            var answers = new List<ProbeAnswer>();
            while (answers.Count < count)
            {
                _prober.Wait(_prober.Now + Long, answers);
            }
            Assert.All(answers, answer => Assert.Equal(CheckOutcome.Passed, answer.Result.Outcome));
            Assert.Equal(Enumerable.Range(0, count), answers.Select(answer => answer.Key).Order());
            int[] seen = [.. directory.GetFiles("seen.*").Select(file => int.Parse(File.ReadAllText(file.FullName)))];
            Assert.Equal(count, seen.Length);
            Assert.InRange(seen.Max(), 2, 16);
            Assert.Equal(0, _prober.Running);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private CheckResult Ask(string script, TimeSpan? timeout = null) =>
        Ask(new CheckCommand(["/bin/sh", "-c", script]), timeout ?? Long);

    private CheckResult Ask(CheckCommand command, TimeSpan timeout)
    {
        _prober.Start(7, Probe(command, timeout));
        var answers = new List<ProbeAnswer>();
        while (answers.Count == 0)
        {
            _prober.Wait(_prober.Now + Long, answers);
        }
        Assert.Equal(7, Assert.Single(answers).Key);
        return answers[0].Result;
    }

    private static TargetProbe Probe(CheckCommand command, TimeSpan timeout) => new(
        new CheckQuestion(CheckKind.Exec) { Command = command, Pool = "web", Target = "red", Port = 8080 },
        Address.FromIpv4(0xc0000201), new FirewallMark(101), timeout);

    /// <summary>No process sleeps for so long any more, and none is a zombie of ours.</summary>
    private void WaitUntilNoneIs(string mark, string[] before)
    {
        string[] found = [];
        for (int i = 0; i < 100; i++)
        {
            // It looks after those that it has killed.
            _prober.Wait(_prober.Now + TimeSpan.FromMilliseconds(20), []);
            found =
            [
                .. Directory.GetDirectories("/proc").Where(path => Says(path, mark)), .. OurZombies().Except(before),
            ];
            if (found.Length == 0)
            {
                return;
            }
        }
        Assert.Empty(found);
    }

    private static bool Says(string process, string mark) => Read($"{process}/cmdline").Contains(mark);

    private static string[] OurZombies() => [.. Directory.GetDirectories("/proc").Where(IsOurZombie)];

    private static bool IsOurZombie(string process)
    {
        string stat = Read($"{process}/stat");
        return stat[(stat.LastIndexOf(')') + 1)..].StartsWith($" Z {Environment.ProcessId} ");
    }

    private static string Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
