using Nfqlb.EndToEnd.Lab;

namespace Nfqlb.EndToEnd.Transcript;

/// <summary>Everything recorded from nfqlb 1.2.0, said again to the product in the same order.</summary>
[BesideOthers]
public sealed class TranscriptTests(TranscriptTests.Replay replay) : IClassFixture<TranscriptTests.Replay>
{
    public static TheoryData<int, string> Rows
    {
        get
        {
            var rows = new TheoryData<int, string>();
            foreach ((int i, RecordedCommand row) in RecordedCommand.All.Index())
            {
                rows.Add(i, row.CommandLine);
            }
            return rows;
        }
    }

    [KernelTheory]
    [MemberData(nameof(Rows))]
    public void Is_answered_as_1_2_0_did(int row, string commandLine)
    {
        RecordedCommand recorded = RecordedCommand.All[row];
        CommandResult answer = replay.Answers[row];
        Deviation? deviation = Deviation.All.SingleOrDefault(deviation => deviation.CommandLine == commandLine);

        bool isRight = deviation == null ? recorded.Equals(answer) : deviation.Allows(recorded, answer);

        Assert.True(isRight, $"""
            {answer}
            recorded:
              exit {recorded.Exit}
              stdout: {recorded.Stdout}
              stderr: {recorded.Stderr}
            {(deviation == null ? "" : $"but {deviation.Reason}; so wanted: {deviation.Stdout}")}
            """);
    }

    [Fact]
    public void Every_deviation_stands_for_a_row()
    {
        string[] recorded = [.. RecordedCommand.All.Select(row => row.CommandLine)];

        Assert.All(Deviation.All, deviation => Assert.Contains(deviation.CommandLine, recorded));
    }

    /// <summary>The whole transcript, run once: one flowlb, and pools as they were when it was recorded.</summary>
    public sealed class Replay : IDisposable
    {
        private readonly RunningFlowlb _flowlb = new();
        private readonly Lazy<IReadOnlyList<CommandResult>> _answers;

        public Replay() => _answers = new(() => [.. RecordedCommand.All.Select(row => _flowlb.Nfqlb(row.Args))]);

        internal IReadOnlyList<CommandResult> Answers => _answers.Value;

        public void Dispose() => _flowlb.Dispose();
    }
}
