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

    /// <summary>Of `make test`; DRAIN_LONG, DRAIN_NEW and DRAIN_PAUSE_MS ask for more.</summary>
    public static DrainLoad Asked { get; } = new(
        Setting("DRAIN_LONG", 300), Setting("DRAIN_NEW", 800), 10,
        TimeSpan.FromMilliseconds(Setting("DRAIN_PAUSE_MS", 150)));

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
        int seconds = (int)Math.Ceiling(1 + (Changes + 2) * Pause.TotalSeconds);
        BackgroundProcess lasting = Ask(testbed.Client, Long, 5 * Long, seconds, options);
        BackgroundProcess passing = Ask(
            testbed.Client, NewPerSecond / 2, NewPerSecond * AnswersOfShort, seconds,
            [$"--renew={AnswersOfShort}", .. options]);
        lasting.WaitForOutput("ready\n");
        passing.WaitForOutput("ready\n");
        for (int number = 0; number < Changes; number++)
        {
            Thread.Sleep(Pause);
            change(number);
        }
        var limit = TimeSpan.FromSeconds(seconds + 20);
        return (Outcome.Of(lasting.WaitForEnd(limit)), Outcome.Of(passing.WaitForEnd(limit)));
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
    internal sealed partial record Outcome(int Connections, int Answered, int Lost, int Broken, int Renewed)
    {
        public static Outcome Of(CommandResult asked)
        {
            var totals = Totals().Match(asked.MustSucceed().Stdout);
            Assert.True(totals.Success, asked.Stdout);
            int Number(string name) => int.Parse(totals.Groups[name].Value, CultureInfo.InvariantCulture);
            var renewed = Renewals().Match(asked.Stdout);
            return new Outcome(
                Number("connections"), Number("answered"), Number("lost"), Number("broken"),
                renewed.Success ? int.Parse(renewed.Groups["count"].Value, CultureInfo.InvariantCulture) : 0);
        }

        [GeneratedRegex(
            @"tcp connections=(?<connections>\d+) .* answered=(?<answered>\d+) lost=(?<lost>\d+) .* "
                + @"broken=(?<broken>\d+)")]
        private static partial Regex Totals();

        [GeneratedRegex(@"^renewed connections=(?<count>\d+)$", RegexOptions.Multiline)]
        private static partial Regex Renewals();
    }
}
