using System.Globalization;
using System.Text.RegularExpressions;

namespace Nfqlb.EndToEnd.Fleet;

/// <summary>What became of questions and connections.</summary>
internal sealed partial record FleetOutcome
{
    /// <summary>Questions.</summary>
    public int Asked { get; private set; }

    /// <summary>Questions over TCP without an answer.</summary>
    public int LostOverTcp { get; private set; }

    /// <summary>Datagrams, in fragments or not, without an answer.</summary>
    public int LostDatagrams { get; private set; }

    /// <summary>TCP connections that were reset.</summary>
    public int Broken { get; private set; }

    /// <summary>The targets that connections have left for others.</summary>
    public HashSet<string> Left { get; } = [];

    /// <summary>From what `traffic ask` has printed.</summary>
    public static FleetOutcome Of(IReadOnlyList<string> reports)
    {
        var outcome = new FleetOutcome();
        foreach (string report in reports)
        {
            Match totals = Totals().Match(report);
            Assert.True(totals.Success, report);
            int Number(string name) => int.Parse(totals.Groups[name].Value, CultureInfo.InvariantCulture);
            bool isTcp = totals.Groups["protocol"].Value == "tcp";
            outcome.Asked += Number("asked");
            outcome.LostOverTcp += isTcp ? Number("lost") : 0;
            outcome.LostDatagrams += isTcp ? 0 : Number("lost");
            outcome.Broken += Number("broken");
            foreach (Match moved in Moved().Matches(report))
            {
                outcome.Left.Add(moved.Groups["from"].Value);
            }
        }
        return outcome;
    }

    [GeneratedRegex(
        @"^(?<protocol>tcp|udp) .* asked=(?<asked>\d+) .* lost=(?<lost>\d+) .* broken=(?<broken>\d+)$",
        RegexOptions.Multiline)]
    private static partial Regex Totals();

    [GeneratedRegex(@"^moved from=(?<from>\w+) ", RegexOptions.Multiline)]
    private static partial Regex Moved();
}
