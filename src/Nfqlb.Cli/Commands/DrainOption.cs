using Nfqlb.Cli.CommandLine;
using Nfqlb.Drain;
using Nfqlb.Linux;

namespace Nfqlb.Cli.Commands;

/// <summary>How connections stay with their targets while tables change, as it is typed.</summary>
internal static class DrainOption
{
    private const int DefaultSeconds = 60;
    private const int DefaultConnections = 65_536;
    private const int MostSeconds = 86_400;
    private const int MostConnections = 10_000_000;
    private const string Stays = "stay", Moves = "move";

    private static readonly Option Seconds =
        new("drain-seconds", "Connections keep their targets for so long after a change. 0: not at all")
        {
            Default = $"{DefaultSeconds}",
        };
    private static readonly Option Udp =
        new("drain-udp", "UDP without an opening meanwhile. stay: with the old target, move: by the table")
        {
            Default = Stays,
            Values = ValueSet.Of(Stays, Moves),
        };

    /// <summary>How many are remembered.</summary>
    public static readonly Option Connections =
        new("drain-connections", "Connections remembered meanwhile") { Default = $"{DefaultConnections}" };

    /// <summary>All of them, in the order of the usage.</summary>
    public static readonly Option[] All = [Seconds, Udp, Connections];

    /// <summary>Checks what was typed.</summary>
    /// <returns>Null where connections go by the table alone.</returns>
    /// <exception cref="UsageException">A value is bad.</exception>
    public static DrainOptions? Read(Arguments arguments)
    {
        int seconds = arguments.Number(Seconds, DefaultSeconds, 0, MostSeconds);
        string udp = arguments.Text(Udp) ?? Stays;
        if (udp is not (Stays or Moves))
        {
            throw UsageException.BadValue($"--{Udp.Name}", udp, $"must be {Stays} or {Moves}");
        }
        static long Clock() => MonotonicClock.NowNanoseconds;
        int connections = arguments.Number(Connections, DefaultConnections, 1, MostConnections);
        return seconds == 0 ? null : new DrainOptions
        {
            Clock = Clock,
            Nanoseconds = (long)TimeSpan.FromSeconds(seconds).TotalNanoseconds,
            Connections = connections,
            MovesUdp = udp == Moves,
            Seed = RandomSeed.Draw(),
        };
    }
}
