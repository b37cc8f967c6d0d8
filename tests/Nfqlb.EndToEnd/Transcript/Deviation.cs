using System.Text.RegularExpressions;
using System.Xml.Linq;
using Nfqlb.EndToEnd.Lab;

namespace Nfqlb.EndToEnd.Transcript;

/// <summary>An answer that is meant to differ from the recorded one, and why.</summary>
/// <param name="CommandLine">The words of the recorded command, joined by blanks.</param>
/// <param name="Stdout">A regular expression for the whole of it.</param>
internal sealed record Deviation(string CommandLine, string Reason, string Stdout)
{
    /// <summary>True where 1.2.0 fails, with or without a word, and success is meant.</summary>
    private bool IsSuccess { get; init; }

    /// <summary>What follows on stderr behind the recorded text.</summary>
    private string MoreStderr { get; init; } = "";

    private const string NamesTheBadValue =
        "1.2.0 does not say which value of a bad flow is bad: the recorded text goes on to name it";

    private const string Overview = @"Usage: nfqlb <command> \[opt\.\.\.\]\nCommands:\n"
        + @"(\n[A-Z][^\n]+[:?]\n(  [a-z-]+  +[A-Z][^\n]+\n)+)+\n[^\n]+\n";

    /// <summary>All there are: a row of the transcript that is not here has to be answered to the byte.</summary>
    public static IReadOnlyList<Deviation> All { get; } =
    [
        BadValue("--target=nope", "FAIL: Couldn't create load-balancer", "nope"),
        BadValue("--target=lb-1 --protocols=icmp", "Invalid protocols", "icmp"),
        BadValue("--target=lb-1 --dsts=10.0.0.0", "Invalid dsts", "10.0.0.0"),
        BadValue("--target=lb-1 --dsts=10.0.0.0/33", "Invalid dsts", "10.0.0.0/33"),
        BadValue("--target=lb-1 --protocols=tcp --dports=0", "Invalid dports", "0"),
        BadValue("--target=lb-1 --protocols=tcp --dports=70000", "Invalid dports", "70000"),
        new("trace-flow-set --name=t1 --srcs=20.0.0.0/24,1000::1:20.0.0.0/120",
            "1.2.0 sets the flow, but answers nothing and exits with 255", "OK\n") { IsSuccess = true },
        new("trace-flow-list-names", "1.2.0 documents the command and does not know it",
            Regex.Escape("[\n  \"t1\"\n]\n")) { IsSuccess = true },
        new("stats", "1.2.0 leaves out the comma before the last key, so that no parser takes it",
            Regex.Escape(Recorded("stats").Replace("\n  \"reAssembled\"", ",\n  \"reAssembled\""))),
        new("show --shm=nosuch", "1.2.0 does not say why", "")
        {
            MoreStderr = "no such pool: `nfqlb init` makes one\n",
        },
        MoreOptions("init --help", "identity", "seed", "min-active", "when-empty"),
        MoreOptions("flow-set -h", "hash", "symmetric"),
        new("version", "the version is our own", Regex.Escape(ProductVersion()) + "\n"),
        new("", "the usage lists the commands there are, by what they are about", Overview),
        new("help", "1.2.0 does not know it", Overview) { IsSuccess = true },
    ];

    public bool Allows(RecordedCommand recorded, CommandResult result) =>
        Regex.IsMatch(result.Stdout, $@"\A(?:{Stdout})\z")
        && (IsSuccess ? ("", 0) : (recorded.Stderr + MoreStderr, recorded.Exit)) == (result.Stderr, result.ExitCode);

    private static Deviation BadValue(string options, string recordedText, string value) => new(
        $"flow-set --name=bad {options}", NamesTheBadValue,
        $@"{Regex.Escape(recordedText)}[^\n]* ?\[{Regex.Escape(value)}\]: [^\n]+\n");

    private static Deviation MoreOptions(string commandLine, params string[] options) => new(
        commandLine, "the usage goes on with options that 1.2.0 does not have, and with examples",
        Regex.Escape(Recorded(commandLine)) + string.Concat(options.Select(option => $"  --{option}=? [^\n]+\n"))
        + "Examples:\n(  nfqlb [^\n]+\n)+");

    private static string Recorded(string commandLine) =>
        RecordedCommand.All.Single(row => row.CommandLine == commandLine).Stdout;

    private static string ProductVersion() =>
        XDocument.Load(Path.Combine(Executables.RepositoryRoot, "Directory.Build.props"))
            .Descendants("Version").Single().Value;
}
