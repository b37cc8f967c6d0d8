using System.Net.Sockets;
using System.Text;
using Nfqlb.Cli.CommandLine;
using Nfqlb.Cli.Control;
using Nfqlb.Control;
using Nfqlb.Linux;

namespace Nfqlb.Cli.Commands;

/// <summary>Prints what has happened to the running balancer, and what happens from now on.</summary>
internal sealed class EventsCommand : Command
{
    private static readonly TimeSpan PauseWhileGone = TimeSpan.FromMilliseconds(200);

    private static readonly Option Form = new("output", "text, or json: an object a line")
    {
        Default = Listing.Text,
        Values = ValueSet.Of(Listing.Text, Listing.Json),
    };

    private static readonly Option Follow = new("follow", "Go on with what happens, also over a takeover")
    {
        IsSwitch = true,
    };

    private static readonly Option After = new("after", "Number of the last event that is known");

    public override string Name => "events";

    public override string Usage => """
        events [--follow] [--after=] [--output=]
          Print what has changed, who asked for it and what was done. The last 1,000 events are kept.
        """;

    public override string[] Examples =>
    [
        "nfqlb events",
        "nfqlb events --follow --output=json | jq 'select(.event == \"target is bad\")'",
    ];

    public override Option[] Options => [Form, Follow, After];

    protected override int Run(Arguments arguments)
    {
        bool isJson = arguments.Word(Form) == Listing.Json;
        var request = new ControlRequest { Action = Name, After = ReadAfter(arguments) };
        if (arguments.Has(Follow))
        {
            request.Follow = "all";
            return FollowAll(request, isJson);
        }
        using var answer = new StringReader(ControlSocket.Client.Ask(request));
        return Print(answer, request, isJson);
    }

    private static string? ReadAfter(Arguments arguments)
    {
        string? text = arguments.Text(After);
        return text is null || new ControlRequest { After = text }.AfterId is not null
            ? text
            : throw UsageException.BadValue(After.Name, text, "must be the id of an event");
    }

    private static int FollowAll(ControlRequest request, bool isJson)
    {
        using var watching = new Watching();

        // The first time there must be one. One that goes is waited for, or rather whoever comes behind it.
        int code = FollowOne(ControlSocket.Client.Open(request), request, isJson, watching.Enough.Token);
        while (code == ExitCode.Fine && watching.GoesOnAfter(PauseWhileGone))
        {
            if (TryOpen(request) is { } socket)
            {
                code = FollowOne(socket, request, isJson, watching.Enough.Token);
            }
        }
        return code;
    }

    private static Socket? TryOpen(ControlRequest request)
    {
        try
        {
            return ControlSocket.Client.Open(request);
        }
        catch (ControlException)
        {
            return null;
        }
    }

    private static int FollowOne(Socket socket, ControlRequest request, bool isJson, CancellationToken enough)
    {
        using var connection = socket;
        using var end = enough.Register(socket.Dispose);
        try
        {
            using var reader = new StreamReader(new NetworkStream(socket), Encoding.UTF8);
            return Print(reader, request, isJson);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            return ExitCode.Fine;
        }
    }

    /// <summary>Prints up to the end, and notes in the request how far it has come.</summary>
    private static int Print(TextReader lines, ControlRequest request, bool isJson)
    {
        while (lines.ReadLine() is { } line && !StandardStream.Output.IsClosed)
        {
            if (!line.StartsWith('{'))
            {
                bool isOld = line.Contains("unknown");
                Output.Complaint.WriteLine(isOld
                    ? "The balancer that runs tells no events: it is an older one"
                    : line.Replace("\0", ""));
                return ExitCode.Refused;
            }
            var told = new EventLine(line);
            request.After = told.Id ?? request.After;
            Output.Answer.WriteLine(isJson ? line : told.ForPeople);
        }
        return ExitCode.Fine;
    }
}
