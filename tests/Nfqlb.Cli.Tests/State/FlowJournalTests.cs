using System.Text;
using Nfqlb.Cli.CommandLine;
using Nfqlb.Cli.State;
using Nfqlb.Cli.Tests.Support;
using Nfqlb.Flows;
using Nfqlb.Tests.Support;

namespace Nfqlb.Cli.Tests.State;

/// <summary>What was kept is found again, and nothing else is.</summary>
public sealed class FlowJournalTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("nfqlb-state-").FullName;

    private string FlowsFile => Path.Combine(_directory, "flows");

    [Fact]
    public void What_was_kept_is_found_in_its_order() => Seeded.Run(random =>
    {
        // The oracle: a list, changed as the balancer would change it.
        var expected = new List<Flow>();
        using (var journal = FlowJournal.Open(_directory))
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
        using var found = FlowJournal.Open(_directory);
        Assert.Equal(expected.Count, found.Found.Count);
        Assert.All(expected.Zip(found.Found), pair => Assert.True(pair.First.IsSameAs(pair.Second)));
    });

    [Fact]
    public void A_file_cut_anywhere_is_set_aside()
    {
        byte[] whole = Kept(5);
        for (int length = 0; length < whole.Length; length++)
        {
            AssertSetAside(whole[..length]);
        }
    }

    [Fact]
    public void A_file_with_a_bit_turned_anywhere_is_set_aside()
    {
        byte[] whole = Kept(3);
        for (int i = 0; i < whole.Length; i++)
        {
            byte[] damaged = [.. whole];
            damaged[i] ^= 1 << 2;
            AssertSetAside(damaged);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("nfqlb-flows")]
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
        AssertSetAside([.. JournalFile.Head(bytes.Length, JournalSum.Empty.With(bytes)), .. bytes]);
    }

    /// <summary>Killed between the line and the head: nobody has been told that the change is kept.</summary>
    [Fact]
    public void A_line_that_was_not_put_in_force_does_not_count_and_the_next_one_takes_its_place()
    {
        byte[] whole = Kept(2);
        File.WriteAllBytes(FlowsFile, [.. whole, .. "action:set\tname:half\ttar"u8]);

        using (var journal = FlowJournal.Open(_directory))
        {
            Assert.Equal(["f0", "f1"], journal.Found.Select(flow => flow.Name.Text));
            journal.Append(JournalRecord.Set(Flow("next")), FlowSet.Empty);
        }

        using var again = FlowJournal.Open(_directory);
        Assert.Equal(["f0", "f1", "next"], again.Found.Select(flow => flow.Name.Text));
    }

    [Fact]
    public void History_is_forgotten_now_and_then()
    {
        var flows = new FlowTable(1);
        using (var journal = FlowJournal.Open(_directory))
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
        using var journal = FlowJournal.Open(_directory);
        Assert.Equal(3, journal.Found.Count);

        string name = journal.CopyAside();

        Assert.Equal(whole, File.ReadAllBytes(Path.Combine(_directory, name)));
        Assert.Equal(whole, File.ReadAllBytes(FlowsFile));
    }

    [Fact]
    public void A_change_before_anybody_has_asked_what_was_found_is_added_to_it()
    {
        Kept(2);
        using (var journal = FlowJournal.Open(_directory))
        {
            journal.Append(JournalRecord.Set(Flow("next")), FlowSet.Empty);
        }
        using var again = FlowJournal.Open(_directory);
        Assert.Equal(["f0", "f1", "next"], again.Found.Select(flow => flow.Name.Text));
    }

    [Fact]
    public void Two_balancers_do_not_share_a_directory()
    {
        using var first = FlowJournal.Open(_directory);
        Assert.Contains("another balancer", Assert.Throws<UsageException>(() => FlowJournal.Open(_directory)).Message);
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
        using (var journal = FlowJournal.Open(_directory))
        {
            for (int i = 0; i < count; i++)
            {
                journal.Append(JournalRecord.Set(Flow($"f{i}")), FlowSet.Empty);
            }
        }
        return File.ReadAllBytes(FlowsFile);
    }

    private void AssertSetAside(byte[] bytes)
    {
        File.WriteAllBytes(FlowsFile, bytes);
        using (var journal = FlowJournal.Open(_directory))
        {
            Assert.Empty(journal.Found);
        }
        Assert.False(File.Exists(FlowsFile));
        string aside = Assert.Single(Directory.GetFiles(_directory, "flows.set-aside-*"));
        Assert.Equal(bytes, File.ReadAllBytes(aside));
        File.Delete(aside);
    }
}
