using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Nfqlb.EndToEnd.Lab;

namespace Nfqlb.EndToEnd.Drain;

/// <summary>How many connections there are while targets change.</summary>
/// <param name="Long">Connections that last from the beginning to the end.</param>
/// <param name="NewPerSecond">Connections that are opened, answered twice and ended.</param>
/// <param name="Changes">How often targets change.</param>
/// <param name="Pause">Between two changes.</param>
internal sealed partial record DrainLoad(int Long, int NewPerSecond, int Changes, TimeSpan Pause)
{
    private const int Port = 8080, AnswersOfShort = 2;

    /// <summary>Of the client's. One that breaks is opened again from its port, which nobody else may take meanwhile;
    /// and those that are opened all the time have ports enough.</summary>
    private const string SourceOfLong = "198.18.0.1", SourcesOfShort = "198.18.1.1,198.18.1.2,198.18.1.3,198.18.1.4";

    /// <summary>Of `make test`; DRAIN_LONG, DRAIN_NEW, DRAIN_LEAST, DRAIN_TIER and DRAIN_PAUSE_MS ask for
    /// more.</summary>
    public static DrainLoad Asked { get; } = new(
        Setting("DRAIN_LONG", 300), Setting("DRAIN_NEW", 800), 10,
        TimeSpan.FromMilliseconds(Setting("DRAIN_PAUSE_MS", 150)));

    /// <summary>So many have to be opened and ended a second at least: what is late on a busy machine is not caught
    /// up.</summary>
    public static int LeastPerSecond { get; } = Setting("DRAIN_LEAST", 200);

    /// <summary>Connections through a tier of balancers.</summary>
    public static int OfTier { get; } = Setting("DRAIN_TIER", 600);

    /// <summary>Each target answers with its name.</summary>
    public static void StartServers(Testbed testbed)
    {
        testbed.LetTargetsAnswer();
        StartServers(testbed.Targets);
    }

    /// <summary>The same where targets have the virtual addresses already.</summary>
    public static void StartServers(IEnumerable<Target> targets)
    {
        foreach (Target target in targets)
        {
            target.Host.Start(Executables.Traffic, "serve", $"--name={target.Host.Name}", $"--port={Port}")
                .WaitForOutput("ready\n");
        }
    }

    /// <summary>Has targets change under connections.</summary>
    /// <param name="testbed">Where.</param>
    /// <param name="change">Makes a change, by its number from 0.</param>
    /// <param name="options">Of whoever asks.</param>
    /// <returns>How many of the long connections broke, and of the sockets that opened short ones after each other.
    /// </returns>
    public (Outcome Long, Outcome Short) Run(
        Testbed testbed, Action<int> change, params IReadOnlyList<string> options)
    {
        int most = (int)Math.Ceiling(60 + Changes * (Pause.TotalSeconds + 1)); // ended before, when all has changed
        BackgroundProcess lasting = Ask(
            testbed.Client, Long, 5 * Long, most, [$"--from={SourceOfLong}", .. options]);
        BackgroundProcess passing = Ask(
            testbed.Client, NewPerSecond / 2, NewPerSecond * AnswersOfShort, most,
            [$"--from={SourcesOfShort}", $"--renew={AnswersOfShort}", .. options]);
        lasting.WaitForOutput("ready\n");
        passing.WaitForOutput("ready\n");
        var time = Stopwatch.StartNew();
        for (int number = 0; number < Changes; number++)
        {
            Thread.Sleep(Pause);
            change(number);
        }
        Thread.Sleep(Pause);
        var passed = time.Elapsed;
        var passingOnes = Outcome.Of(passing.Stop(), passed); // first, so that its time is up
        return (Outcome.Of(lasting.Stop(), passed), passingOnes);
    }

    /// <summary>Asks over connections in turn; says `ready` when each has had an answer.</summary>
    public static BackgroundProcess Ask(
        NetworkNamespace client, int connections, int perSecond, int seconds, IReadOnlyList<string> options) =>
        client.Start(
            [
                Executables.Traffic, "ask", $"--to={Testbed.VirtualAddresses[0]}", $"--port={Port}", "--proto=tcp",
                $"--connections={connections}", $"--rate={perSecond}", $"--seconds={seconds}", .. options,
            ]);

    private static int Setting(string name, int standard) =>
        int.Parse(Environment.GetEnvironmentVariable(name) ?? $"{standard}", CultureInfo.InvariantCulture);

    /// <summary>What became of connections.</summary>
    /// <param name="Connections">Sockets, each of one connection or of many after each other.</param>
    /// <param name="Answered">Questions that had an answer.</param>
    /// <param name="Lost">Questions that had none.</param>
    /// <param name="Broken">Sockets of which a connection was reset.</param>
    /// <param name="Renewed">Connections that have had their answers and were followed by others.</param>
    /// <param name="Seconds">While targets changed; a little less than connections were asked.</param>
    internal sealed partial record Outcome(
        int Connections, int Answered, int Lost, int Broken, int Renewed, double Seconds)
    {
        /// <summary>Connections that were opened and ended a second.</summary>
        public double RenewedPerSecond => Renewed / Seconds;

        public static Outcome Of(CommandResult asked, TimeSpan passed = default)
        {
            var totals = Totals().Match(asked.MustSucceed().Stdout);
            Assert.True(totals.Success, asked.Stdout);
            int Number(string name) => int.Parse(totals.Groups[name].Value, CultureInfo.InvariantCulture);
            var renewed = Renewals().Match(asked.Stdout);
            return new Outcome(
                Number("connections"), Number("answered"), Number("lost"), Number("broken"),
                renewed.Success ? int.Parse(renewed.Groups["count"].Value, CultureInfo.InvariantCulture) : 0,
                passed.TotalSeconds);
        }

        [GeneratedRegex(
            @"tcp connections=(?<connections>\d+) .* answered=(?<answered>\d+) lost=(?<lost>\d+) .* "
                + @"broken=(?<broken>\d+)")]
        private static partial Regex Totals();

        [GeneratedRegex(@"^renewed connections=(?<count>\d+)$", RegexOptions.Multiline)]
        private static partial Regex Renewals();
    }
}
