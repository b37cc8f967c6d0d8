using System.Text;
using Nfqlb.Daemon.Journal;
using Nfqlb.Flows;
using Nfqlb.Maglev;
using Nfqlb.Tests.Support;

namespace Nfqlb.Daemon.Tests.Journal;

/// <summary>Whatever a power cut leaves of the file, what is found was in force at some time, and is never older than
/// what the disk was last told to keep.</summary>
/// <remarks>
/// The model of a disk: since the file was brought to it, each page may have reached it after any of the writes, or
/// not at all, and so may the file's length. What has not reached it reads as zeros.
/// </remarks>
public sealed class PowerCutTests : IDisposable
{
    private const int PageBytes = 4096;

    private readonly List<string> _told = [];
    private readonly string _directory = Directory.CreateTempSubdirectory("nfqlb-power-").FullName;

    private string FlowsFile => Path.Combine(_directory, "flows");

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void At_every_byte()
    {
        var written = Write(snapshot: Flows("a", "b"), Set("c"), Set("d"), Delete("a"), Set("e"));
        byte[] last = written.Versions[^1];
        for (int length = written.Versions[0].Length; length <= last.Length; length++)
        {
            int whole = written.Versions.FindLastIndex(version => version.Length <= length);
            AssertFound(written.States[whole], last[..length]);
            byte[] zeros = new byte[last.Length];
            last.AsSpan(0, length).CopyTo(zeros);
            AssertFound(written.States[whole], zeros); // of what did not come there may be room
        }
    }

    /// <summary>Small pages, so that each line lies on several and each page has parts of several lines.</summary>
    [Theory]
    [InlineData(32)]
    [InlineData(48)]
    [InlineData(64)]
    public void In_every_order_of_small_pages(int pageBytes)
    {
        var written = Write(snapshot: Flows("a"), Set("b"), Delete("a"), Set("c"));
        int[] touched = TouchedPages(written, pageBytes);
        int orders = 0;
        var versions = new int[touched.Length];
        do
        {
            foreach (int length in written.Versions.Select(version => version.Length))
            {
                AssertWasInForce(written, Cut(written, pageBytes, touched, versions, length));
                orders++;
            }
        }
        while (Next(versions, written.Versions.Count));
        Assert.True(orders > 1000, $"{orders} orders");
    }

    [Fact]
    public void In_any_order_of_real_pages() => Seeded.Run(random =>
    {
        string[] changes = [.. Enumerable.Range(0, 150).Select(i => $"flow-{random.Next(60)}")];
        var written = Write(
            Flows([.. Enumerable.Range(0, random.Next(80)).Select(i => $"kept-{i}")]),
            [.. changes.Select(name => random.Next(5) == 0 ? Delete(name) : Set(name, random.Next(1, 60_000)))]);
        int[] touched = TouchedPages(written, PageBytes);
        Assert.True(touched.Length > 2, "too few pages");
        for (int i = 0; i < 20; i++)
        {
            int[] versions = [.. touched.Select(_ => random.Next(written.Versions.Count))];
            int length = written.Versions[random.Next(written.Versions.Count)].Length;
            byte[] found = Cut(written, PageBytes, touched, versions, length);
            AssertWasInForce(written, found);
            AssertGoesOn(found);
        }
    });

    /// <summary>The control: a reader that takes every whole line, whatever is missing before it, finds mixtures.
    /// </summary>
    [Fact]
    public void The_model_sees_a_mixture()
    {
        var written = Write(snapshot: Flows("a"), Set("b"), Set("c"), Set("d"));
        byte[] file = written.Versions[^1];
        var hole = file.AsSpan(written.Versions[0].Length, written.Versions[1].Length - written.Versions[0].Length);
        hole.Clear();

        string careless = string.Concat(
            Encoding.UTF8.GetString(file).Split('\n', '\0').Where(line => line.Contains("name:")));

        Assert.Contains("name:d", careless);
        Assert.DoesNotContain("name:b", careless);
        Assert.Equal(written.States[0], StateOf(JournalReading.Of(file).Flows));
    }

    private static byte[] Set(string name, int port = 1) => JournalRecord.Set(
        new FlowText { Name = name, Target = "pool", Protocols = "tcp", DestinationPorts = $"{port}" }.Parse());

    private static byte[] Delete(string name) => JournalRecord.Delete(new FlowName(name));

    private static FlowSet Flows(params string[] names)
    {
        var table = new FlowTable(1);
        table.Fill(
            [.. names.Select(name => (new FlowText { Name = name, Target = "pool" }.Parse(), (TargetPool?)null))]);
        return table.Current;
    }

    /// <summary>What the real journal writes: the file on the disk, and as it is after each change.</summary>
    private Written Write(FlowSet snapshot, params byte[][] changes)
    {
        File.Delete(FlowsFile);
        using var journal = Open();
        Assert.Empty(journal.Found);
        journal.Rewrite(snapshot);
        var replay = new FlowReplay(text => text.Parse());
        foreach (var entry in snapshot.Entries)
        {
            replay.ApplyAll(JournalRecord.Set(entry.Flow));
        }
        var written = new Written([File.ReadAllBytes(FlowsFile)], [StateOf(replay.Left())]);
        foreach (byte[] change in changes)
        {
            try
            {
                replay.ApplyAll(change);
            }
            catch (FlowException)
            {
                continue; // deletes what is not there, which no balancer does
            }
            journal.Append(change, snapshot);
            written.Versions.Add(File.ReadAllBytes(FlowsFile));
            written.States.Add(StateOf(replay.Left()));
        }
        return written;
    }

    private static string StateOf(IEnumerable<Flow> flows) =>
        string.Concat(flows.Select(flow => Encoding.UTF8.GetString(JournalRecord.Set(flow))));

    private static int[] TouchedPages(Written written, int pageBytes)
    {
        int first = written.Versions[0].Length / pageBytes;
        int last = (written.Versions[^1].Length - 1) / pageBytes;
        return [.. Enumerable.Range(first, last - first + 1)];
    }

    private static byte[] Cut(Written written, int pageBytes, int[] touched, int[] versions, int length)
    {
        byte[] file = new byte[length];
        int synced = Math.Min(touched[0] * pageBytes, length);
        written.Versions[0].AsSpan(0, synced).CopyTo(file);
        for (int i = 0; i < touched.Length; i++)
        {
            byte[] source = written.Versions[versions[i]];
            int from = touched[i] * pageBytes;
            int count = Math.Min(pageBytes, Math.Min(source.Length, length) - from);
            if (count > 0)
            {
                source.AsSpan(from, count).CopyTo(file.AsSpan(from));
            }
        }
        return file;
    }

    /// <summary>The next number, a digit a page; false after the last one.</summary>
    private static bool Next(int[] digits, int radix)
    {
        for (int i = 0; i < digits.Length; i++)
        {
            digits[i] = (digits[i] + 1) % radix;
            if (digits[i] != 0)
            {
                return true;
            }
        }
        return false;
    }

    private static void AssertWasInForce(Written written, byte[] file)
    {
        var reading = JournalReading.Of(file);
        Assert.Equal("", reading.Refusal);
        Assert.Contains(StateOf(reading.Flows), written.States);
    }

    private static void AssertFound(string state, byte[] file)
    {
        var reading = JournalReading.Of(file);
        Assert.Equal("", reading.Refusal);
        Assert.Equal(state, StateOf(reading.Flows));
        Assert.False(reading.IsDamaged, reading.Complaint);
    }

    /// <summary>The next balancer appends, and the one after it finds both.</summary>
    private void AssertGoesOn(byte[] file)
    {
        File.WriteAllBytes(FlowsFile, file);
        string before;
        using (var journal = Open())
        {
            before = StateOf(journal.Found);
            journal.Append(Set("next"), Flows());
        }
        using var again = Open();
        Assert.Equal(before + Encoding.UTF8.GetString(Set("next")), StateOf(again.Found));
        Assert.Empty(_told);
    }

    private sealed record Written(List<byte[]> Versions, List<string> States);

    /// <summary>What is told from now on is in the list.</summary>
    private FlowJournal Open()
    {
        _told.Clear();
        return FlowJournal.Open(_directory, _told.Add);
    }
}
