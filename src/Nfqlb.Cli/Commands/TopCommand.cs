using Nfqlb.Cli.CommandLine;
using Nfqlb.Cli.Top;

namespace Nfqlb.Cli.Commands;

/// <summary>Shows packets per second by queue, target and flow, live on a terminal, as plain lines elsewhere.</summary>
internal sealed class TopCommand : Command
{
    private const int MostSeconds = 3600;

    private static readonly Option Interval = new("interval", "Seconds between looks") { Default = "1" };
    private static readonly Option Count = new("count", "End after rates were shown so many times");

    public override string Name => "top";

    public override string Usage => """
        top [options]
          Show packets per second by queue, target and flow, shares and drops. On a terminal q or Ctrl-C leaves.
        """;

    public override string[] Examples =>
    [
        "nfqlb top",
        "nfqlb top --interval=10 --count=6 | grep ^target   # plain lines where there is no terminal",
    ];

    public override Option[] Options => [Interval, Count];

    protected override int Run(Arguments arguments)
    {
        int seconds = arguments.Number(Interval, 1, 1, MostSeconds);
        int count = arguments.Number(Count, int.MaxValue, 1, int.MaxValue);
        using var watching = new Watching();
        if (Terminal.IsThere)
        {
            new LiveScreen(TimeSpan.FromSeconds(seconds), count).Run(watching.Enough);
        }
        else
        {
            PrintPlainly(TimeSpan.FromSeconds(seconds), count, watching);
        }
        return ExitCode.Fine;
    }

    /// <summary>A block per interval. Who reads it is a program, so it ends when there is nothing to tell.</summary>
    private static void PrintPlainly(TimeSpan interval, int count, Watching watching)
    {
        var observer = new Observer();
        var before = observer.Look();
        for (int printed = 0; printed < count && watching.GoesOnAfter(interval); printed++)
        {
            var now = observer.Look();
            Output.Answer.WriteLine(string.Join('\n', PlainLines.Of(Rates.Between(before, now))) + '\n');
            before = now;
        }
    }
}
