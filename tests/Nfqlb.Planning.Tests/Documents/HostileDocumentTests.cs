using System.Diagnostics;
using System.Text;
using Nfqlb.Planning.Documents;
using Nfqlb.Planning.Model;
using Nfqlb.Planning.Tests.Support;
using Nfqlb.Tests.Support;

namespace Nfqlb.Planning.Tests.Documents;

/// <summary>What is no document, or one to do harm: one line says so, soon.</summary>
public class HostileDocumentTests
{
    private const int Rounds = 3_000;
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    [Theory]
    [InlineData("", "1: nothing stands in it; {} asks for nothing")]
    [InlineData("# nothing\n", "1: nothing stands in it; {} asks for nothing")]
    [InlineData("a: &x [1]\nb: *x", "1: anchors (&) and tags (!) are not read")]
    [InlineData("rules: tree\npools: *x", "2: aliases (*) are not read")]
    [InlineData("rules: !!str tree", "1: anchors (&) and tags (!) are not read")]
    [InlineData("<<: {rules: tree}",
        "1: [<<] is none of rules, mark_mask, queues, vips, announce, fast_path, pools, flows, links, sysctls")]
    [InlineData("rules: tree\n---\nrules: flat", "2: a second document begins")]
    [InlineData("? [a]\n: b", "1: a list or map cannot be a key")]
    [InlineData("rules: tree\npools: [", "2: While parsing")]
    [InlineData("rules: \"tree\npools: 1", "1: While scanning")]
    [InlineData("vips:\n\t- 203.0.113.1", "2: a tab stands in front of it, where YAML takes spaces alone")]
    [InlineData("pools:\n- name: web\n  targets:\n \t- {mark: 1}", "4: a tab stands in front of it")]
    [InlineData("# \n\nvips:\n- 203.0.113.1\n\n\t- 203.0.113.2", "6: a tab stands in front of it")]
    [InlineData("vips: [\n\t203.0.113.1]\npools:\n- name: web\n\tN: 10", "5: a tab stands in front of it")]
    public void Whatever_is_not_read_is_refused_with_its_line(string text, string expected)
    {
        string diagnostic = Assert.Single(DiagnosticsAbout(Encoding.UTF8.GetBytes(text)));
        Assert.StartsWith(expected, diagnostic);
    }

    [Fact]
    public void A_bomb_of_aliases_is_refused_at_its_first_anchor()
    {
        var text = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
        for (int i = 1; i < 30; i++)
        {
            text.Append($"a{i}: &a{i} [{string.Join(',', Enumerable.Repeat($"*a{i - 1}", 9))}]\n");
        }
        Assert.Equal(["1: anchors (&) and tags (!) are not read"], DiagnosticsAbout(text.ToString()));
    }

    [Theory]
    [InlineData("[")]
    [InlineData("{a: ")]
    [InlineData("- ")]
    [InlineData("? ")]
    public void Depth_has_an_end(string step)
    {
        string diagnostic = Assert.Single(DiagnosticsAbout(string.Concat(Enumerable.Repeat(step, 1_000_000))));
        Assert.Matches("lists and maps stand more than 16 deep|cannot be a key", diagnostic);
    }

    [Fact]
    public void Size_has_an_end() =>
        Assert.Equal(["1: more than 16 MiB"], DiagnosticsAbout(new string('#', (16 << 20) + 1)));

    [Fact]
    public void Millions_of_empty_lists_are_too_many()
    {
        string text = "[" + string.Concat(Enumerable.Repeat("[],", 2_000_001));
        Assert.Equal(["1: more than 2000000 values"], DiagnosticsAbout(text));
    }

    [Theory]
    [InlineData("{x", "no JSON from byte 1 of the line on")]
    [InlineData("", "no JSON from byte 0 of the line on")]
    [InlineData("{\"a\": \"\\ud800\"}", "a text in it is no UTF-8")]
    public void What_is_no_json_is_told_in_plain_words(string text, string words) => Assert.Equal(
        words, Assert.Throws<DocumentException>(() => JsonNotation.Parse(Encoding.UTF8.GetBytes(text))).Message);

    [Fact]
    public void Bytes_that_are_no_text_are_refused() =>
        Assert.Equal(["1: not a text in UTF-8"], DiagnosticsAbout([.. "rules: "u8, 0xff, 0xfe]));

    [Fact]
    public void More_than_anybody_writes_is_refused()
    {
        var told = Assert.Throws<InvalidStateException>(
            () => Document.Read("big.yaml", new byte[Document.MostBytes + 1], SlotsInUse.None));
        Assert.Equal("big.yaml:1: more than 16 MiB", told.Message);
    }

    /// <summary>Four times as long, four times as bad: not sixteen times as slow.</summary>
    [Theory]
    [InlineData("sysctls:\n", "  net..{0}: 1\n")]
    [InlineData("sysctls:\n", "  a{0}: {{}}\n")]
    [InlineData("vips:\n", "- x{0}\n")]
    [InlineData("flows:\n", "- {{name: f{0}, target: nowhere}}\n")]
    [InlineData("", "key{0}: 1\n")]
    public void The_time_to_refuse_grows_with_the_length_alone(string head, string line)
    {
        const int few = 4_000, many = 4 * few;
        byte[] little = Bytes(head, line, few), much = Bytes(head, line, many);
        double ratio = double.MaxValue;
        for (int i = 0; i < 5; i++)
        {
            ratio = Math.Min(ratio, Seconds(much) / Seconds(little));
        }
        Assert.True(ratio < 10, $"{ratio:f1} times as long");
    }

    [Fact]
    public void Of_very_many_mistakes_the_first_are_kept()
    {
        Document.Read(Bytes("vips:\n", "- x{0}\n", 100_000), SlotsInUse.None, out var diagnostics);
        Assert.Equal(DiagnosticList.Most, diagnostics.Count);
        Assert.Equal(2, diagnostics[0].Line);
    }

    private static byte[] Bytes(string head, string line, int count) => Encoding.UTF8.GetBytes(
        head + string.Concat(Enumerable.Range(0, count).Select(i => string.Format(line, i))));

    private static double Seconds(byte[] document)
    {
        long start = Stopwatch.GetTimestamp();
        Document.Read(document, SlotsInUse.None, out var diagnostics);
        Assert.NotEmpty(diagnostics);
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    /// <summary>A good document with a few characters changed is read, or refused by lines that say where.</summary>
    [Fact]
    public void Damaged_documents_are_read_or_refused() => Seeded.Run(random =>
    {
        const string alphabet = "\0\t\n !\"#%&'*,-:<>?@[]`{|}~0:1ax\\\u00e9\u2028\ud83d";
        int refused = 0;
        var clock = Stopwatch.StartNew();
        for (int i = 0; i < Rounds; i++)
        {
            var state = new RandomState(random).Next();
            var text = new StringBuilder(random.Next(2) == 0
                ? Document.ToYaml(state)
                : Document.ToJson(state));
            for (int changes = random.Next(1, 6); changes > 0; changes--)
            {
                int at = random.Next(text.Length);
                switch (random.Next(3))
                {
                    case 0: text[at] = alphabet[random.Next(alphabet.Length)]; break;
                    case 1: text.Remove(at, Math.Min(random.Next(1, 20), text.Length - at)).Append(' '); break;
                    default: text.Insert(at, alphabet[random.Next(alphabet.Length)]); break;
                }
            }
            Document.Read(Encoding.UTF8.GetBytes(text.ToString()), SlotsInUse.None, out var diagnostics);
            int lines = 1 + text.ToString().Count(c => c is '\n' or '\u2028');
            Assert.All(diagnostics, diagnostic => Assert.InRange(diagnostic.Line, 1, lines));
            Assert.All(diagnostics, diagnostic => Assert.DoesNotContain('\n', diagnostic.In(line => $"FILE:{line}")));
            refused += diagnostics.Count > 0 ? 1 : 0;
        }
        Assert.InRange(refused, Rounds / 4, Rounds - 1);
        Assert.True(clock.Elapsed < Soon, $"{clock.Elapsed}");
    });

    [Fact]
    public void Damaged_stored_states_are_read_or_refused() => Seeded.Run(random =>
    {
        for (int i = 0; i < Rounds; i++)
        {
            byte[] bytes = StoredState.ToBytes(new RandomState(random).Next());
            bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            bytes = random.Next(3) == 0 ? bytes[..random.Next(bytes.Length)] : bytes;
            bool isRead = StoredState.TryRead(bytes, host: null, out var state, out string reason);
            Assert.Equal(isRead, state is not null);
            Assert.Equal(isRead, reason.Length == 0);
            Assert.DoesNotContain('\n', reason);
        }
    });

    private static IEnumerable<string> DiagnosticsAbout(string text) => DiagnosticsAbout(Encoding.UTF8.GetBytes(text));

    private static IEnumerable<string> DiagnosticsAbout(byte[] utf8)
    {
        Document.Read(utf8, SlotsInUse.None, out var diagnostics);
        return diagnostics.Select(diagnostic => diagnostic.In(line => $"{line}"));
    }
}
