using Nfqlb.Daemon.Control;

namespace Nfqlb.Daemon.Tests.Control;

/// <summary>Counts of control requests, whose words are a client's.</summary>
public class ControlTallyTests
{
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
}
