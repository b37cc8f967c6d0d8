using System.Text;
using Nfqlb.Cli.CommandLine;

namespace Nfqlb.Cli.Manual;

/// <summary>The manual page, nfqlb(8), for man(7) macros.</summary>
internal static class ManualPage
{
    private static readonly (string Name, string Meaning)[] Environment =
    [
        ("NFQLB_FLOW_ADDRESS", "Where flowlb answers, and where commands ask it: unix:NAME, tcp:ADDR:PORT or "
            + "tcp:[ADDR6]:PORT. By default unix:nfqlb, an abstract socket."),
        ("NFQLB_FLOW_USER", "The number of a user, beside root, whose balancer commands trust. By default the user "
            + "who runs the command."),
        ("NFQLB_WANTED", "The name in /dev/shm of what was asked for by apply, target-set and vip-set. By default "
            + "nfqlb-wanted."),
        ("NO_COLOR", "Where it is not empty, top shows no colours."),
    ];

    private static readonly (string Name, string Meaning)[] Files =
    [
        ("/dev/shm/POOL", "A pool."),
        ("/dev/shm/nfqlb-wanted", "What was asked for by apply, target-set and vip-set."),
        ("/dev/shm/nfqlb-trace", "Log level and trace mask."),
        ("/dev/shm/ftshm", "Fragment statistics."),
    ];

    /// <summary>All of it.</summary>
    public static string Of(IReadOnlyList<CommandGroup> groups, string version)
    {
        var text = new StringBuilder($"""
            .TH NFQLB 8 "" "nfqlb {Escaped(version)}" "System Administration"
            .SH NAME
            nfqlb \- stateless load balancer on NFQUEUE
            .SH SYNOPSIS
            .B nfqlb
            .I command
            .RI [ option " ...] [" argument " ...]"
            .SH DESCRIPTION
            The kernel hands packets for a virtual address to a queue.
            .B nfqlb flowlb
            reads it, finds the flow of each packet, looks its hash up in the table of the flow's pool, and gives the
            packet back with the mark of a target, to which policy routing takes it.
            .PP
            Options are read as
            .BR getopt_long_only (3)
            does: \-\-shm=x, \-\-shm x, \-shm=x, and any unique prefix.
            .SH COMMANDS

            """);
        foreach (var group in groups)
        {
            text.Append($".SS {Escaped(group.Title)}\n");
            foreach (var command in group.Commands)
            {
                Add(text, command);
            }
        }
        text.Append(".SH EXIT STATUS\n");
        foreach (var one in ExitCode.All)
        {
            AddRow(text, $"{one.Code}", one.Meaning.Replace("`", ""));
        }
        AddSection(text, "ENVIRONMENT", Environment);
        AddSection(text, "FILES", Files);
        return text.Append("""
            .SH SEE ALSO
            .BR ip\-rule (8),
            .BR nft (8),
            .BR iptables\-extensions (8)

            """).ToString();
    }

    private static void Add(StringBuilder text, Command command)
    {
        text.Append(".PP\n.nf\n");
        foreach (string line in command.Synopsis)
        {
            text.Append($"\\fBnfqlb {Escaped(line)}\\fR\n");
        }
        text.Append($".fi\n.RS 4\n{Escaped(command.Description)}.\n".Replace("..\n", ".\n"));
        foreach (var option in command.Options)
        {
            text.Append($".TP\n\\fB{Escaped(option.Typed)}\\fR\n{Escaped(option.HelpWithDefault)}")
                .Append(option.IsRequired ? " (required)\n" : "\n");
        }
        text.Append(".PP\n.nf\n");
        foreach (string example in command.Examples)
        {
            text.Append($"{Escaped(example)}\n");
        }
        text.Append(".fi\n.RE\n");
    }

    private static void AddSection(StringBuilder text, string title, (string Name, string Meaning)[] rows)
    {
        text.Append($".SH {title}\n");
        foreach (var (name, meaning) in rows)
        {
            AddRow(text, name, meaning);
        }
    }

    private static void AddRow(StringBuilder text, string name, string meaning) =>
        text.Append($".TP\n\\fB{Escaped(name)}\\fR\n{Escaped(meaning)}\n");

    /// <summary>A line that means itself: no macro, no escape, and hyphens that can be copied.</summary>
    private static string Escaped(string line)
    {
        string text = line.Replace("\\", "\\e").Replace("-", "\\-");
        return text is ['.' or '\'', ..] ? $"\\&{text}" : text;
    }
}
