using Nfqlb.Cli.CommandLine;
using Nfqlb.Linux;
using Nfqlb.Linux.SharedMemory;
using Nfqlb.Maglev;

namespace Nfqlb.Cli.Commands;

/// <summary>Shows or sets how much the balancer logs.</summary>
internal sealed class LogLevelCommand : Command
{
    private const int HighestLevel = 7;

    public override string Name => "loglevel";

    public override string Usage => """
        loglevel [level]
          Show or set the log level.
          3 errors, 4 warnings, 5 notable events (default), 6 information, 7 details
        """;

    public override string[] Examples => ["nfqlb loglevel", "nfqlb loglevel 6"];

    protected override int MostPositionals => 1;

    protected override int Run(Arguments arguments)
    {
        int? wanted = arguments.Positionals is [var text]
            ? Arguments.ParseNumber("level", text, 0, HighestLevel)
            : null;
        using var settings = Open();
        if (wanted is { } level)
        {
            settings.Level = level;
        }
        Output.Answer.WriteLine($"loglevel={settings.Level}");
        return ExitCode.Fine;
    }

    /// <summary>The settings that balancer and commands share.</summary>
    /// <exception cref="UsageException">They cannot be used.</exception>
    internal static TraceSegment Open()
    {
        try
        {
            return TraceSegment.OpenOrCreate(TraceSegment.DefaultName);
        }
        catch (Exception e) when (e is SegmentException or SystemCallException)
        {
            throw new UsageException($"Shared memory [{TraceSegment.DefaultName}]: {e.Message}", e);
        }
    }
}
