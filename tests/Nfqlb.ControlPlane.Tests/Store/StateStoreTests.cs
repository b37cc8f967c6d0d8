using System.Collections.Immutable;
using System.Diagnostics;
using System.Text;
using Nfqlb.ControlPlane.Store;
using Nfqlb.Linux.SharedMemory;
using Nfqlb.Linux.Tests.Support;
using Nfqlb.Maglev;
using Nfqlb.Packets;
using Nfqlb.Planning.Documents;
using Nfqlb.Planning.Model;
using Nfqlb.Planning.Tests.Support;
using Nfqlb.Tests.Support;
using Xunit.Abstractions;

namespace Nfqlb.ControlPlane.Tests.Store;

/// <summary>What was asked for is there for the next command, whole, whatever became of this one.</summary>
public sealed class StateStoreTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    /// <summary>Long enough for one that is not kept out to show it.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(200);

    private readonly ITestOutputHelper _output;
    private readonly PoolName _name = new($"nfqlb-test-{Environment.ProcessId}-{Guid.NewGuid():N}");

    public StateStoreTests(ITestOutputHelper output) => _output = output;

    private string File => $"/dev/shm/{_name}";

    public void Dispose()
    {
        foreach (string path in Directory.GetFiles("/dev/shm", _name.Text + "*"))
        {
            System.IO.File.Delete(path);
        }
    }

    [Fact]
    public void Nothing_is_asked_for_where_there_is_no_file()
    {
        Assert.Same(DesiredState.Empty, StateStore.Look(_name));
        using var store = StateStore.Lock(_name);
        Assert.Same(DesiredState.Empty, store.Read());
    }

    /// <summary>Until anybody writes anything, or was killed when he had begun to.</summary>
    [Theory]
    [InlineData(null)]
    [InlineData(".new")]
    [InlineData(".next")]
    [InlineData(".next.new")]
    public void The_document_that_asked_for_it_is_known(string? left)
    {
        var document = new DocumentDigest(new string('a', 64));
        using var store = StateStore.Lock(_name);
        Assert.False(store.IsOf(document));
        store.Read();
        store.Write(DesiredState.Empty, document);
        Assert.True(store.IsOf(document));
        Assert.False(store.IsOf(new DocumentDigest(new string('b', 64))));
        if (left is not null)
        {
            System.IO.File.WriteAllText(File + left, "");
            Assert.False(store.IsOf(document));
            store.End();
        }
        store.Write(DesiredState.Empty);
        Assert.False(store.IsOf(document));
    }

    /// <summary>Whatever commands write of what is asked for beside it.</summary>
    [Fact]
    public void The_document_that_files_were_is_known()
    {
        var (document, other) = (new DocumentDigest(new string('a', 64)), new DocumentDigest(new string('b', 64)));
        using var store = StateStore.Lock(_name);
        store.Read();
        Assert.False(StateStore.IsSourceOf(_name, document));
        store.Write(DesiredState.Empty, other);
        store.WriteSource(DesiredState.Empty, document);
        Assert.True(StateStore.IsSourceOf(_name, document));
        Assert.False(StateStore.IsSourceOf(_name, other));
        Assert.True(store.IsOf(other));
        store.Write(DesiredState.Empty);
        Assert.True(StateStore.IsSourceOf(_name, document));
        Assert.False(store.IsOf(other));
        Assert.StartsWith($"process {Environment.ProcessId} of user ", StateStore.LookWriter(_name, Identity("")));

        var before = Identity(".file");
        store.WriteSource(StateStore.LookSource(_name)!, document);
        Assert.Equal(before, Identity(".file"));
        store.WriteSource(DesiredState.Empty with { Rules = RuleLayout.Flat }, document);
        Assert.NotEqual(before, Identity(".file"));
        store.WriteSource(DesiredState.Empty);
        Assert.False(StateStore.IsSourceOf(_name, document));
        store.Forget();
        Assert.False(StateStore.IsSourceOf(_name, document));

        SegmentIdentity Identity(string suffix) => SharedMemorySegment.FindIdentity(_name.Text + suffix)!.Value;
    }

    [Fact]
    public void What_was_written_is_there_for_the_next() => Seeded.Run(random =>
    {
        for (int i = 0; i < 20; i++)
        {
            var state = new RandomState(random).Next();
            using (var store = StateStore.Lock(_name))
            {
                store.Read();
                store.Write(state);
            }
            Assert.Equal(Spelled.Out(state), Spelled.Out(StateStore.Look(_name)));
        }
    });

    /// <summary>Of states that have much in common only the rest is put into words anew; the words are the same.
    /// </summary>
    [Fact]
    public void What_was_written_after_another_is_what_would_have_been_written_first() => Seeded.Run(random =>
    {
        var state = new RandomState(random).Next();
        for (int i = 0; i < 200; i++)
        {
            var other = new RandomState(random).Next();
            state = random.Next(3) switch
            {
                0 => state with { Flows = [], Pools = other.Pools },
                1 => state with { Pools = [.. state.Pools.Where(_ => random.Next(4) > 0)], Flows = [] },
                _ => state with
                {
                    Pools = [.. state.Pools.Select(pool => pool with
                    {
                        Targets = [.. pool.Targets.Select(target => random.Next(2) == 0 ? target
                            : target with { Weight = (ushort)random.Next(9), FoundIn = target.Name is null ? null
                                : random.Next(2) == 0 ? "web/shop" : null })],
                    })],
                    Flows = [],
                },
            };
            using (var store = StateStore.Lock(_name))
            {
                store.Read();
                store.Write(state);
            }
            byte[] bytes = System.IO.File.ReadAllBytes(File);
            Assert.True(StoredState.TryRead(bytes, host: null, out var read, out string reason), reason);
            Assert.Equal(StoredState.ToBytes(state), StoredState.ToBytes(read));
            Assert.Equal(StoredState.ToBytes(state), StoredState.ToBytes(StateStore.Look(_name)));
        }
    });

    [Fact]
    public void A_file_that_others_have_written_into_is_read_again()
    {
        var state = DesiredState.Empty with { Queues = new() { Last = 1 } };
        using (var store = StateStore.Lock(_name))
        {
            store.Read();
            store.Write(state);
        }
        Assert.Equal(1, StateStore.Look(_name).Queues.Last);
        System.IO.File.WriteAllText(File, System.IO.File.ReadAllText(File).Replace("0:1", "0:2"));
        Assert.Equal(2, StateStore.Look(_name).Queues.Last);
    }

    [Fact]
    public void It_is_for_its_owner_alone_and_nothing_is_left_beside_it()
    {
        Write(DesiredState.Empty);
        const UnixFileMode owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        Assert.Equal([File, File + ".lock"], Directory.GetFiles("/dev/shm", _name.Text + "*").Order());
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
            Assert.Throws<StateStoreException>(() => StateStore.Look(_name)).Message);
        using var store = StateStore.Lock(_name);
        Assert.Throws<StateStoreException>(store.Read);
        Assert.Throws<InvalidOperationException>(() => store.Write(DesiredState.Empty));
        Assert.Equal(content, System.IO.File.ReadAllText(File));
    }

    [Fact]
    public void What_is_no_file_is_refused()
    {
        using var maker = new ShellProcess($"mkfifo {File}; echo made");
        Assert.Equal("made", maker.ReadLine());
        Assert.Contains("not a regular file", Assert.Throws<StateStoreException>(() => StateStore.Look(_name)).Message);
    }

    [Fact]
    public void A_pool_cannot_have_the_name_of_the_file()
    {
        using var store = StateStore.Lock(_name);
        var state = store.Read() with { Pools = [new DesiredPool(_name, new(new PoolSize(997, 10)), new(0))] };
        Assert.Contains(_name.Text, Assert.Throws<StateStoreException>(() => store.Write(state)).Message);
        Assert.False(System.IO.File.Exists(File));
    }

    [Fact]
    public async Task Who_changes_it_keeps_others_waiting_until_he_is_done_with_everything()
    {
        var first = StateStore.Lock(_name);
        first.Read();
        first.Write(DesiredState.Empty); // replaces the file; the lock is not on it
        var second = Task.Run(() => StateStore.Lock(_name));
        Assert.False(await FinishesAsync(second));
        Assert.Empty(StateStore.Look(_name).Pools); // to look takes no lock
        first.Dispose();
        (await second.WaitAsync(Limit)).Dispose();
    }

    [Fact]
    public async Task The_death_of_who_holds_it_lets_the_next_in()
    {
        StateStore.Lock(_name).Dispose();
        using var holder = new ShellProcess($"exec 9<>{File}.lock; flock 9; echo locked; exec sleep 60");
        Assert.Equal("locked", holder.ReadLine());
        var waiting = Task.Run(() => StateStore.Lock(_name));
        Assert.False(await FinishesAsync(waiting));
        holder.Kill();
        (await waiting.WaitAsync(Limit)).Dispose();
    }

    [Fact]
    public void What_one_that_was_killed_left_half_written_is_cleared_away()
    {
        System.IO.File.WriteAllText(File + ".new", "{\"nfqlb\":");
        Write(DesiredState.Empty with { Rules = RuleLayout.Flat });
        Assert.Equal(RuleLayout.Flat, StateStore.Look(_name).Rules);
        Assert.False(System.IO.File.Exists(File + ".new"));
    }

    [Fact]
    public async Task To_forget_leaves_nothing_and_who_waited_begins_anew()
    {
        System.IO.File.WriteAllText(File, "foreign");
        var first = StateStore.Lock(_name);
        var second = Task.Run(() => StateStore.Lock(_name));
        Assert.False(await FinishesAsync(second));
        first.Forget();
        Assert.False(System.IO.File.Exists(File));
        first.Dispose();
        using (var store = await second.WaitAsync(Limit))
        {
            Assert.Same(DesiredState.Empty, store.Read());
            store.Forget();
        }
        Assert.Empty(Directory.GetFiles("/dev/shm", _name.Text + "*"));
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
                using var store = StateStore.Lock(_name);
                var state = store.Read();
                store.Write(state with { Queues = new() { Last = (ushort)(state.Queues.Last + 1) } });
            }
        });
        Assert.Equal(new DesiredQueues().Last + writers * changes, StateStore.Look(_name).Queues.Last);
    }

    [Fact]
    public void A_thousand_targets_are_read_in_a_few_milliseconds()
    {
        Write(DesiredState.Empty with
        {
            Pools = [new DesiredPool(new("lb"), new(new(99_991, 1000)), new(0)) { Targets = Targets(1000) }],
        });
        var times = new List<double>();
        for (int i = 0; i < 50; i++)
        {
            long start = Stopwatch.GetTimestamp();
            Assert.Equal(1000, StateStore.Look(_name).Targets.Count());
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }
        string report = $"1,000 targets read: {times.Min():f1} ms at best, {times[0]:f1} ms the first time, "
            + $"{new FileInfo(File).Length:n0} bytes";
        _output.WriteLine(report);
        Console.WriteLine(report);
        Assert.True(times.Min() < 20, report);
    }

    private static ImmutableArray<DesiredTarget> Targets(int count) =>
    [
        .. Enumerable.Range(0, count).Select(i => new DesiredTarget
        {
            Name = $"target-{i}",
            Slot = i,
            Mark = new FirewallMark(10_000 + i),
            Via4 = Address.FromIpv4(0x0a00_0001 + (uint)i),
            Via6 = new Address(0xfd00_0000_0000_0000, (ulong)i + 1),
            Device = "eth1",
        }),
    ];

    private void Write(DesiredState state)
    {
        using var store = StateStore.Lock(_name);
        store.Read();
        store.Write(state);
    }

    private static async Task<bool> FinishesAsync(Task task) => await Task.WhenAny(task, Task.Delay(Patience)) == task;
}
