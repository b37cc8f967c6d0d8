using System.Text.Json;
using Nfqlb.EndToEnd.ControlPlane;
using Nfqlb.EndToEnd.Lab;
using Nfqlb.EndToEnd.Watching;

namespace Nfqlb.EndToEnd.Serve;

/// <summary>What changes is told, with who asked and what was done; whoever follows misses nothing.</summary>
[BesideOthers]
public sealed class EventTests : IDisposable
{
    private static readonly TimeSpan FirstLook = TimeSpan.FromMilliseconds(500);

    private readonly ServedHost _host = new();

    public void Dispose() => _host.Dispose();

    [KernelFact]
    public void A_follower_hears_of_all_that_changes_and_of_who_takes_over()
    {
        _host.Replace("lb.yaml", ServedHost.File(0));
        BackgroundProcess serve = _host.Start("lb.yaml", ServedHost.Http);
        BackgroundProcess follower = Follow("--output=json").WaitForOutput("\"started\"");
        BackgroundProcess reading = Follow().WaitForOutput("configuration in force: ");
        JsonElement started = Find(follower, "configuration in force");
        Assert.Equal("the start", Text(started, "by"));
        Assert.Contains("lookup", Text(started, "done"));

        // A table that is there when a balancer first looks at its pool is no change.
        Thread.Sleep(FirstLook);
        _host.Replace("lb.yaml", ServedHost.File(0, 1));
        Hears(follower, "configuration in force", told => Text(told, "by") == "the file");
        Hears(follower, "table changed", told => Text(told, "pool") == "web" && Text(told, "targets") == "2");
        _host.Replace("lb.yaml", "pools: 7");
        Hears(
            follower, "configuration is wrong: what was in force stays",
            told => Text(told, "reason")!.Contains(":1:"));
        _host.Replace("lb.yaml", ServedHost.File(0, 1));
        Hears(follower, "configuration in force", told => Text(told, "reason")!.StartsWith("nothing to do"));

        _host.Host.Shell("ip rule del priority $(ip rule | sed -n 's/^\\([0-9]*\\):.*lookup 101.*/\\1/p' | head -1)");
        Hears(follower, "put back", told => Text(told, "by") == "drift" && Text(told, "done")!.Contains("lookup 101"));

        _host.Nfqlb("target-set", "--shm=web", "--name=hand", "--mark=150", $"--via={ControlHost.Via(1, 5)}")
            .MustSucceed();
        Hears(follower, "asked for by command", told =>
            Text(told, "done")!.Contains("target web/hand") && Text(told, "by")!.EndsWith(" of user 0"));
        _host.Nfqlb("flow-set", "--name=f", "--target=web").MustSucceed();
        Hears(follower, "flow set", told => Text(told, "by")!.EndsWith(" of user 0"));

        BackgroundProcess next = _host.Launch("lb.yaml", "--takeover", ServedHost.Http).WaitForOutput("taken over");
        serve.WaitForEnd();
        Hears(follower, "taken over", _ => true);
        string page = _host.Page("/events");
        Assert.Contains("\"taken over\"", page);
        reading.WaitForOutput("taken over pause_us ");

        long[] ids = [.. All(follower).Select(told => told.GetProperty("id").GetInt64())];
        Assert.Equal(ids.Order().Distinct(), ids);
        Assert.Single(ids.Zip(ids.Skip(1)), pair => pair.Second != pair.First + 1);
        string rest = _host.Nfqlb("events", "--output=json", $"--after={ids[^1]}").Stdout;
        Assert.DoesNotContain($"\"id\":{ids[^1]},", rest);

        follower.Signal(PosixSignalNumber.Interrupt);
        CommandResult end = follower.WaitForEnd();
        Assert.Equal((0, ""), (end.ExitCode, end.Stderr));
        Assert.Contains("put back: ", reading.Stop().Stdout);
        Assert.Equal("", next.HasEnded ? next.Stderr : "");
    }

    [KernelFact]
    public void Watching_ends_by_a_signal_and_with_the_reader_and_tells_changes_alone()
    {
        _host.Replace("lb.yaml", ServedHost.File(0));
        _host.Start("lb.yaml");
        BackgroundProcess watch = _host.Host
            .Start(Executables.Nfqlb, "status", "--watch").WaitForOutput("ok    config");
        BackgroundProcess piped = _host.Host.Start(
            "sh", "-c", $"{Executables.Nfqlb} status --watch | head -1; echo over");
        BackgroundProcess gone = _host.Host.Start(
            "sh", "-c", $"{Executables.Nfqlb} events --follow --output=json | head -1; echo over");
        _host.Replace("lb.yaml", "pools: 7");
        watch.WaitForOutput("bad   config");
        Assert.EndsWith("over\n", piped.WaitForEnd().MustSucceed().Stdout);
        Assert.StartsWith("{\"id\":", gone.WaitForEnd().MustSucceed().Stdout);
        watch.Signal(PosixSignalNumber.Interrupt);
        CommandResult end = watch.WaitForEnd();
        Assert.Equal((0, ""), (end.ExitCode, end.Stderr));
        Assert.InRange(end.Stdout.Split("ok    process").Length - 1, 2, 4);

        CommandResult without = _host.AddNetworkNamespace("empty").Run(Executables.Nfqlb, "events", "--follow");
        Assert.Equal((1, "Connect failed. unix:nfqlb: Connection refused\n"), (without.ExitCode, without.Stderr));
    }

    private BackgroundProcess Follow(params string[] options) =>
        _host.Host.Start([Executables.Nfqlb, "events", "--follow", .. options]);

    private static string? Text(JsonElement told, string key) =>
        told.TryGetProperty(key, out JsonElement value) ? value.GetString() : null;

    private static JsonElement Find(BackgroundProcess follower, string what) =>
        All(follower).First(told => Text(told, "event") == what);

    private static void Hears(BackgroundProcess follower, string what, Func<JsonElement, bool> isIt) =>
        follower.WaitUntil(
            () => All(follower).Any(told => Text(told, "event") == what && isIt(told)), what, ServedHost.Soon);

    private static IEnumerable<JsonElement> All(BackgroundProcess follower)
    {
        string[] lines = follower.Stdout.Split('\n');
        return lines[..^1].Select(line => JsonDocument.Parse(line).RootElement);
    }
}
