using System.Text.RegularExpressions;
using Nfqlb.Daemon.Control;
using Nfqlb.Tests.Support;

namespace Nfqlb.Daemon.Tests.Control;

/// <summary>Counts of control requests, whose words are a client's.</summary>
public partial class ControlTallyTests
{
    [Fact]
    public void Each_action_that_is_carried_out_has_a_row()
    {
        string source = Repository.Read($"src/Nfqlb.Daemon/Control/{nameof(FlowActions)}.cs");
        string[] actions = [.. CasesOfActions().Matches(source).SelectMany(line => line.Groups.Values.Skip(1))
            .SelectMany(group => group.Captures)
            .Select(action => action.Value).Distinct().Order(StringComparer.Ordinal)];

        Assert.Equal(ControlTally.Actions[..^1], actions);
    }

    [Fact]
    public void Each_action_and_outcome_counts_for_itself_and_unknown_ones_share_a_row()
    {
        var tally = new ControlTally();
        for (int row = 0; row < ControlTally.Actions.Length - 1; row++)
        {
            for (int i = 0; i <= row; i++)
            {
                tally.Count(ControlTally.Actions[row], (ControlOutcome)(row % 3));
            }
        }
        tally.Count(null, ControlOutcome.Refused);
        tally.Count("no\nsuch", ControlOutcome.Refused);

        for (int row = 0; row < ControlTally.Actions.Length - 1; row++)
        {
            Assert.All(Enum.GetValues<ControlOutcome>(), outcome =>
                Assert.Equal((int)outcome == row % 3 ? row + 1 : 0, tally.CountOf(row, outcome)));
        }
        Assert.Equal(2, tally.CountOf(ControlTally.Actions.Length - 1, ControlOutcome.Refused));
    }

    /// <summary>Lines of a switch over actions, as `"set" or "delete" when`.</summary>
    [GeneratedRegex("""^ +"([a-z-]+)"(?: or "([a-z-]+)")* (?:=>|when)""", RegexOptions.Multiline)]
    private static partial Regex CasesOfActions();
}
