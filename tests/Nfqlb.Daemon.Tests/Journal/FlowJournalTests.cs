using System.Text;
using Nfqlb.Daemon.Journal;
using Nfqlb.Daemon.Settings;
using Nfqlb.Flows;
using Nfqlb.Maglev;
using Nfqlb.Planning.Tests.Support;
using Nfqlb.Tests.Support;

namespace Nfqlb.Daemon.Tests.Journal;

/// <summary>What was kept is found again, and nothing else is.</summary>
public sealed class FlowJournalTests : IDisposable
{
    private readonly List<string> _told = [];
    private readonly string _directory = Directory.CreateTempSubdirectory("nfqlb-state-").FullName;

    private string FlowsFile => Path.Combine(_directory, "flows");

    [Fact]
    public void What_was_kept_is_found_in_its_order() => Seeded.Run(random =>
    {
        // The oracle: a list, changed as the balancer would change it.
        var expected = new List<Flow>();
        using (var journal = Open())
        {
            for (int i = 0; i < 300; i++)
            {
                if (expected.Count > 0 && random.Next(4) == 0)
                {
                    var gone = expected[random.Next(expected.Count)];
                    expected.Remove(gone);
                    journal.Append(JournalRecord.Delete(gone.Name), FlowSet.Empty);
                    continue;
                }
                foreach (var flow in new RandomState(random).Next().Flows)
                {
                    int place = expected.FindIndex(other => other.Name == flow.Name);
                    expected.RemoveAll(other => other.Name == flow.Name);
                    expected.Insert(place < 0 ? expected.Count : place, flow);
                    journal.Append(JournalRecord.Set(flow), FlowSet.Empty);
                }
            }
        }

        Assert.True(expected.Count > 10, "too little to look at");
        using var found = Open();
        Assert.Equal(expected.Count, found.Found.Count);
        Assert.All(expected.Zip(found.Found), pair => Assert.True(pair.First.IsSameAs(pair.Second)));
    });

    [Fact]
    public void A_file_cut_anywhere_keeps_what_is_whole()
    {
        byte[] whole = Kept(5);
        int lineBytes = (whole.Length - JournalFile.HeadBytes) / 5;
        for (int length = JournalFile.HeadBytes; length < whole.Length; length++)
        {
            int lines = (length - JournalFile.HeadBytes) / lineBytes;
            File.WriteAllBytes(FlowsFile, whole[..length]);
            using var journal = Open();

            Assert.Equal(Names(0, lines), journal.Found.Select(flow => flow.Name.Text));

            bool isTorn = (length - JournalFile.HeadBytes) % lineBytes > 0;
            Assert.Equal(isTorn ? 1 : 0, _told.Count);
            Assert.Equal(JournalFile.HeadBytes + lines * lineBytes, new FileInfo(FlowsFile).Length);
            Assert.Empty(Aside());
        }
        for (int length = 0; length < JournalFile.HeadBytes; length++)
        {
            AssertSetAside(whole[..length]);
        }
    }

    [Fact]
    public void A_bit_turned_in_what_was_appended_keeps_what_is_before_and_a_copy_of_the_rest()
    {
        byte[] whole = Kept(4);
        int lineBytes = (whole.Length - JournalFile.HeadBytes) / 4;
        for (int i = JournalFile.HeadBytes; i < whole.Length; i++)
        {
            byte[] damaged = Turned(whole, i);
            int line = (i - JournalFile.HeadBytes) / lineBytes;
            bool isBreak = (i - JournalFile.HeadBytes) % lineBytes == lineBytes - 1; // spoils the next one, too
            bool isTail = line == 3 || (isBreak && line == 2);
            using (var journal = Open())
            {
                Assert.Equal(Names(0, line), journal.Found.Select(flow => flow.Name.Text));
                Assert.Contains(isTail ? "it is torn" : "it is damaged at byte", Assert.Single(_told));
                journal.Append(JournalRecord.Set(Flow("next")), FlowSet.Empty);
            }
            AssertAside(isTail ? null : damaged);
            using var again = Open();
            Assert.Equal([.. Names(0, line), "next"], again.Found.Select(flow => flow.Name.Text));
            Assert.Empty(_told);
        }
    }

    [Fact]
    public void A_bit_turned_in_the_snapshot_costs_its_flow_and_no_other()
    {
        byte[] whole = Snapshot(4);
        int lineBytes = (whole.Length - JournalFile.HeadBytes) / 4;
        for (int i = JournalFile.HeadBytes; i < whole.Length; i++)
        {
            byte[] damaged = Turned(whole, i);
            int line = (i - JournalFile.HeadBytes) / lineBytes;
            bool isBreak = (i - JournalFile.HeadBytes) % lineBytes == lineBytes - 1;
            string[] left = [.. Names(0, line), .. Names(line + (isBreak ? 2 : 1), 4)];
            using (var journal = Open())
            {
                Assert.Equal(left, journal.Found.Select(flow => flow.Name.Text));
                Assert.Contains("it is damaged", Assert.Single(_told));
            }
            AssertAside(damaged);
            using var again = Open();
            Assert.Equal(left, again.Found.Select(flow => flow.Name.Text));
            Assert.Empty(_told);
        }
    }

    [Fact]
    public void A_bit_turned_in_the_head_costs_nothing()
    {
        byte[] whole = Snapshot(3);
        for (int i = 0; i < JournalFile.HeadBytes; i++)
        {
            byte[] damaged = Turned(whole, i);
            using (var journal = Open())
            {
                Assert.Equal(Names(0, 3), journal.Found.Select(flow => flow.Name.Text));
                Assert.Contains("its first line is damaged", Assert.Single(_told));
            }
            AssertAside(damaged);
        }
    }

    [Fact]
    public void A_line_in_another_place_than_it_was_written_to_does_not_count()
    {
        byte[] whole = Kept(3);
        int lineBytes = (whole.Length - JournalFile.HeadBytes) / 3;
        byte[] last = whole[^lineBytes..];
        File.WriteAllBytes(FlowsFile, [.. whole, .. last]);
        using var journal = Open();
        Assert.Equal(3, journal.Found.Count);
        Assert.Contains("it is torn", Assert.Single(_told));
    }

    [Fact]
    public void The_file_of_2_0_0_is_read_and_written_anew_by_the_first_change()
    {
        byte[] lines = [.. JournalRecord.Set(Flow("f0")), .. JournalRecord.Set(Flow("f1")),
            .. JournalRecord.Delete(new FlowName("f0"))];
        byte[] old = [.. FirstJournalFile.Head(lines.Length, JournalSum.Empty.With(lines)), .. lines, .. "torn"u8];
        File.WriteAllBytes(FlowsFile, old);
        var flows = new FlowTable(1);
        using (var journal = Open())
        {
            Assert.Equal(["f1"], journal.Found.Select(flow => flow.Name.Text));
            Assert.Equal(old, File.ReadAllBytes(FlowsFile));
            flows.Fill([.. journal.Found.Select(flow => (flow, (TargetPool?)null))]);
            journal.Append(JournalRecord.Set(Flow("f2")), flows.Current);
        }

        Assert.StartsWith("nfqlb-flows 2 ", File.ReadAllText(FlowsFile));
        using var again = Open();
        Assert.Equal(["f1", "f2"], again.Found.Select(flow => flow.Name.Text));
        Assert.Empty(_told);
    }

    [Fact]
    public void A_change_costs_one_write()
    {
        using var journal = Open();
        journal.Append(JournalRecord.Set(Flow("first")), FlowSet.Empty);
        long before = Writes();

        for (int i = 0; i < 100; i++)
        {
            journal.Append(JournalRecord.Set(Flow($"f{i}")), FlowSet.Empty);
        }

        Assert.InRange(Writes() - before, 100, 105); // other threads of the test host may write, too

        static long Writes() => long.Parse(
            File.ReadLines("/proc/thread-self/io").Single(line => line.StartsWith("syscw: ")).Split(' ')[1]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("nfqlb-flows")]
    [InlineData("nfqlb-flows 3 0000000000000000 cbf29ce484222325\n")]
    [InlineData("nfqlb-flows 2 0000000000000000 cbf29ce484222325\n")]
    [InlineData("nfqlb-flows 1 ffffffffffffffff cbf29ce484222325\n")]
    [InlineData("{\"nfqlb\":\"wanted\",\"version\":1}")]
    [InlineData("\0\0\0\0")]
    public void What_is_of_others_or_newer_is_set_aside(string text) => AssertSetAside(Encoding.UTF8.GetBytes(text));

    [Theory]
    [InlineData("action:set\tname:a\n")]
    [InlineData("action:set\tname:a\ttarget:p\tcolour:red\n")]
    [InlineData("action:delete\tname:nobody\n")]
    [InlineData("action:list\n")]
    [InlineData("action:delete")]
    public void A_line_that_no_balancer_has_written_is_not_trusted_though_the_sum_is_right(string line)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(line);
        AssertSetAside([.. FirstJournalFile.Head(bytes.Length, JournalSum.Empty.With(bytes)), .. bytes]);
        if (bytes[^1] == '\n')
        {
            AssertSetAside([.. JournalFile.Head(0), .. JournalFile.Line(bytes, JournalFile.HeadBytes)]);
        }
    }

    /// <summary>Killed in the middle of the write: nobody has been told that the change is kept.</summary>
    [Fact]
    public void A_line_that_is_not_whole_does_not_count_and_the_next_one_takes_its_place()
    {
        byte[] whole = Kept(2);
        byte[] half = JournalFile.Line(JournalRecord.Set(Flow("half")), whole.Length)[..^5];
        File.WriteAllBytes(FlowsFile, [.. whole, .. half]);

        using (var journal = Open())
        {
            Assert.Equal(["f0", "f1"], journal.Found.Select(flow => flow.Name.Text));
            journal.Append(JournalRecord.Set(Flow("next")), FlowSet.Empty);
        }

        using var again = Open();
        Assert.Equal(["f0", "f1", "next"], again.Found.Select(flow => flow.Name.Text));
    }

    [Fact]
    public void History_is_forgotten_now_and_then()
    {
        var flows = new FlowTable(1);
        using (var journal = Open())
        {
            for (int i = 0; i < 25_000; i++)
            {
                journal.Append(JournalRecord.Set(Flow(i % 2 == 0 ? "f" : "g")), flows.Current);
            }
        }

        Assert.True(new FileInfo(FlowsFile).Length < 11_000 * JournalRecord.Set(Flow("f")).Length);
    }

    [Fact]
    public void A_copy_for_people_leaves_the_file_in_its_place()
    {
        byte[] whole = Kept(3);
        using var journal = Open();
        Assert.Equal(3, journal.Found.Count);

        string name = journal.CopyAside();

        Assert.Equal(whole, File.ReadAllBytes(Path.Combine(_directory, name)));
        Assert.Equal(whole, File.ReadAllBytes(FlowsFile));
    }

    [Fact]
    public void A_change_before_anybody_has_asked_what_was_found_is_added_to_it()
    {
        Kept(2);
        using (var journal = Open())
        {
            journal.Append(JournalRecord.Set(Flow("next")), FlowSet.Empty);
        }
        using var again = Open();
        Assert.Equal(["f0", "f1", "next"], again.Found.Select(flow => flow.Name.Text));
    }

    [Fact]
    public void Two_balancers_do_not_share_a_directory()
    {
        using var first = Open();
        var refusal = Assert.Throws<SettingException>(() => Open());
        Assert.Contains("another balancer", refusal.Message);
    }

    /// <summary>Known sums, from the authors of the hash.</summary>
    [Theory]
    [InlineData("", 0xcbf29ce484222325)]
    [InlineData("a", 0xaf63dc4c8601ec8c)]
    [InlineData("foobar", 0x85944171f73967e8)]
    public void The_sum_is_FNV_1a(string text, ulong expected) =>
        Assert.Equal(expected, JournalSum.Empty.With(Encoding.ASCII.GetBytes(text)).Value);

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private static Flow Flow(string name) => new FlowText { Name = name, Target = "pool" }.Parse();

    private byte[] Kept(int count)
    {
        using (var journal = Open())
        {
            for (int i = 0; i < count; i++)
            {
                journal.Append(JournalRecord.Set(Flow($"f{i}")), FlowSet.Empty);
            }
        }
        return File.ReadAllBytes(FlowsFile);
    }

    private byte[] Snapshot(int count)
    {
        var table = new FlowTable(1);
        table.Fill([.. Names(0, count).Select(name => (Flow(name), (TargetPool?)null))]);
        using (var journal = Open())
        {
            journal.Rewrite(table.Current);
        }
        return File.ReadAllBytes(FlowsFile);
    }

    private byte[] Turned(byte[] whole, int index)
    {
        byte[] damaged = [.. whole];
        damaged[index] ^= 1 << 2;
        File.WriteAllBytes(FlowsFile, damaged);
        return damaged;
    }

    private static string[] Names(int first, int end) =>
        [.. Enumerable.Range(first, Math.Max(0, end - first)).Select(i => $"f{i}")];

    private string[] Aside() => Directory.GetFiles(_directory, "flows.set-aside-*");

    private void AssertAside(byte[]? bytes)
    {
        if (bytes is null)
        {
            Assert.Empty(Aside());
            return;
        }
        string aside = Assert.Single(Aside());
        Assert.Equal(bytes, File.ReadAllBytes(aside));
        File.Delete(aside);
    }

    private void AssertSetAside(byte[] bytes)
    {
        File.WriteAllBytes(FlowsFile, bytes);
        using (var journal = Open())
        {
            Assert.Empty(journal.Found);
        }
        Assert.False(File.Exists(FlowsFile));
        string aside = Assert.Single(Directory.GetFiles(_directory, "flows.set-aside-*"));
        Assert.Equal(bytes, File.ReadAllBytes(aside));
        File.Delete(aside);
    }

    /// <summary>What is told from now on is in the list.</summary>
    private FlowJournal Open()
    {
        _told.Clear();
        return FlowJournal.Open(_directory, _told.Add);
    }
}
