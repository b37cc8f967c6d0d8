using System.Collections.Immutable;
using System.Diagnostics;
using System.Text;
using Nfqlb.Cli.CommandLine;
using Nfqlb.Cli.Documents;
using Nfqlb.Cli.Tests.Support;
using Nfqlb.Linux.Tests.Support;
using Nfqlb.Maglev;
using Nfqlb.Packets;
using Nfqlb.Tests.Support;
using Nfqlb.Wanted;
using Xunit.Abstractions;

namespace Nfqlb.Cli.Tests.Documents;

/// <summary>What was asked for is there for the next command, whole, whatever became of this one.</summary>
/// <remarks>The only tests that set NFQLB_WANTED: one class, so one after the other.</remarks>
public sealed class WantedStoreTests : IDisposable
{
    private const string Variable = "NFQLB_WANTED";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    /// <summary>Long enough for one that is not kept out to show it.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(200);

    private readonly ITestOutputHelper _output;
    private readonly string _name = $"nfqlb-test-{Environment.ProcessId}-{Guid.NewGuid():N}";

    public WantedStoreTests(ITestOutputHelper output)
    {
        _output = output;
        Environment.SetEnvironmentVariable(Variable, _name);
    }

    private string File => $"/dev/shm/{_name}";

    public void Dispose()
    {
        Environment.SetEnvironmentVariable(Variable, null);
        foreach (string path in Directory.GetFiles("/dev/shm", _name + "*"))
        {
            System.IO.File.Delete(path);
        }
    }

    [Fact]
    public void Nothing_is_asked_for_where_there_is_no_file()
    {
        Assert.Same(WantedState.Empty, WantedStore.Look());
        using var store = WantedStore.Lock();
        Assert.Same(WantedState.Empty, store.Read());
    }

    [Fact]
    public void What_was_written_is_there_for_the_next() => Seeded.Run(random =>
    {
        for (int i = 0; i < 20; i++)
        {
            var state = new RandomState(random).Next();
            using (var store = WantedStore.Lock())
            {
                store.Read();
                store.Write(state);
            }
            Assert.Equal(Spelled.Out(state), Spelled.Out(WantedStore.Look()));
        }
    });

    [Fact]
    public void It_is_for_its_owner_alone_and_nothing_is_left_beside_it()
    {
        Write(WantedState.Empty);
        const UnixFileMode owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        Assert.Equal([File, File + ".lock"], Directory.GetFiles("/dev/shm", _name + "*").Order());
        Assert.All([File, File + ".lock"], path => Assert.Equal(owner, System.IO.File.GetUnixFileMode(path)));
    }

    [Theory]
    [InlineData("", "it is empty")]
    [InlineData("{\"nfqlb\":\"wanted\",\"version\":1,\"state\":{\"rules\":\"tr", "")]
    [InlineData("pools", "")]
    [InlineData("[]", "it is of something else")]
    [InlineData("{\"version\":1,\"state\":{}}", "it is of something else")]
    [InlineData("{\"nfqlb\":\"wanted\",\"version\":2,\"state\":{}}", "it is of version 2, and this program reads 1")]
    [InlineData("{\"nfqlb\":\"wanted\",\"version\":1,\"state\":{\"vips\":[1]}}", "vips[0]: [1] must be text")]
    public void A_file_that_is_torn_or_foreign_is_refused_and_stays_as_it_is(string content, string reason)
    {
        System.IO.File.WriteAllText(File, content);
        Assert.StartsWith($"{File}: not a wanted state that can be used: {reason}",
            Assert.Throws<WantedStoreException>(WantedStore.Look).Message);
        using var store = WantedStore.Lock();
        Assert.Throws<WantedStoreException>(store.Read);
        Assert.Throws<InvalidOperationException>(() => store.Write(WantedState.Empty));
        Assert.Equal(content, System.IO.File.ReadAllText(File));
    }

    [Fact]
    public void What_is_no_file_is_refused()
    {
        using var maker = new ShellProcess($"mkfifo {File}; echo made");
        Assert.Equal("made", maker.ReadLine());
        Assert.Contains("not a regular file", Assert.Throws<WantedStoreException>(WantedStore.Look).Message);
    }

    [Fact]
    public void A_pool_cannot_have_the_name_of_the_file()
    {
        using var store = WantedStore.Lock();
        var state = store.Read() with { Pools = [new WantedPool(new PoolName(_name), new PoolSize(997, 10), 0)] };
        Assert.Contains(_name, Assert.Throws<WantedStoreException>(() => store.Write(state)).Message);
        Assert.False(System.IO.File.Exists(File));
    }

    [Theory]
    [InlineData("a/b")]
    [InlineData("..")]
    public void A_name_that_cannot_be_one_is_refused(string name)
    {
        Environment.SetEnvironmentVariable(Variable, name);
        var told = Assert.Throws<UsageException>(() => WantedStore.Name);
        Assert.Contains($"Invalid NFQLB_WANTED [{name}]", told.Message);
    }

    [Fact]
    public async Task Who_changes_it_keeps_others_waiting_until_he_is_done_with_everything()
    {
        var first = WantedStore.Lock();
        first.Read();
        first.Write(WantedState.Empty); // replaces the file; the lock is not on it
        var second = Task.Run(WantedStore.Lock);
        Assert.False(await FinishesAsync(second));
        Assert.Empty(WantedStore.Look().Pools); // to look takes no lock
        first.Dispose();
        (await second.WaitAsync(Limit)).Dispose();
    }

    [Fact]
    public async Task The_death_of_who_holds_it_lets_the_next_in()
    {
        WantedStore.Lock().Dispose();
        using var holder = new ShellProcess($"exec 9<>{File}.lock; flock 9; echo locked; exec sleep 60");
        Assert.Equal("locked", holder.ReadLine());
        var waiting = Task.Run(WantedStore.Lock);
        Assert.False(await FinishesAsync(waiting));
        holder.Kill();
        (await waiting.WaitAsync(Limit)).Dispose();
    }

    [Fact]
    public void What_one_that_was_killed_left_half_written_is_cleared_away()
    {
        System.IO.File.WriteAllText(File + ".new", "{\"nfqlb\":");
        Write(WantedState.Empty with { Rules = RuleLayout.Flat });
        Assert.Equal(RuleLayout.Flat, WantedStore.Look().Rules);
        Assert.False(System.IO.File.Exists(File + ".new"));
    }

    [Fact]
    public async Task To_forget_leaves_nothing_and_who_waited_begins_anew()
    {
        System.IO.File.WriteAllText(File, "foreign");
        var first = WantedStore.Lock();
        var second = Task.Run(WantedStore.Lock);
        Assert.False(await FinishesAsync(second));
        first.Forget();
        Assert.False(System.IO.File.Exists(File));
        first.Dispose();
        using (var store = await second.WaitAsync(Limit))
        {
            Assert.Same(WantedState.Empty, store.Read());
            store.Forget();
        }
        Assert.Empty(Directory.GetFiles("/dev/shm", _name + "*"));
    }

    [Fact]
    public void Changes_by_many_at_once_are_all_kept()
    {
        const int writers = 4;
        const int changes = 50;
        Parallel.For(0, writers, new ParallelOptions { MaxDegreeOfParallelism = writers }, _ =>
        {
            for (int i = 0; i < changes; i++)
            {
                using var store = WantedStore.Lock();
                var state = store.Read();
                store.Write(state with { Queues = new() { Last = (ushort)(state.Queues.Last + 1) } });
            }
        });
        Assert.Equal(new WantedQueues().Last + writers * changes, WantedStore.Look().Queues.Last);
    }

    [Fact]
    public void A_thousand_targets_are_read_in_a_few_milliseconds()
    {
        Write(WantedState.Empty with
        {
            Pools = [new WantedPool(new PoolName("lb"), new PoolSize(99_991, 1000), 0) { Targets = Targets(1000) }],
        });
        var times = new List<double>();
        for (int i = 0; i < 50; i++)
        {
            long start = Stopwatch.GetTimestamp();
            Assert.Equal(1000, WantedStore.Look().Targets.Count());
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }
        string report = $"1,000 targets read: {times.Min():f1} ms at best, {times[0]:f1} ms the first time, "
            + $"{new FileInfo(File).Length:n0} bytes";
        _output.WriteLine(report);
        Console.WriteLine(report);
        Assert.True(times.Min() < 20, report);
    }

    private static ImmutableArray<WantedTarget> Targets(int count) =>
    [
        .. Enumerable.Range(0, count).Select(i => new WantedTarget
        {
            Name = $"target-{i}",
            Slot = i,
            Mark = new FirewallMark(10_000 + i),
            Via4 = Address.FromIpv4(0x0a00_0001 + (uint)i),
            Via6 = new Address(0xfd00_0000_0000_0000, (ulong)i + 1),
            Device = "eth1",
        }),
    ];

    private static void Write(WantedState state)
    {
        using var store = WantedStore.Lock();
        store.Read();
        store.Write(state);
    }

    private static async Task<bool> FinishesAsync(Task task) => await Task.WhenAny(task, Task.Delay(Patience)) == task;
}
