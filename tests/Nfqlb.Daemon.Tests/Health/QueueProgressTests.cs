using Nfqlb.Daemon.Health;

namespace Nfqlb.Daemon.Tests.Health;

/// <summary>What is told of a queue by samples of it.</summary>
public sealed class QueueProgressTests
{
    private static readonly QueueSample Idle = new(5, Waits: false, 5, Answered: 50, Refused: 0, Dropped: 0);

    private readonly QueueProgress _progress = new();

    [Fact]
    public void An_idle_queue_is_fine() => Expect(
        [Idle, Idle, Idle], [QueueFault.None, QueueFault.None, QueueFault.None]);

    [Fact]
    public void Packets_that_wait_are_stuck_when_two_looks_see_no_batch_between_them() => Expect(
        [Idle with { Waits = true }, Idle with { Waits = true }, Idle with { Waits = true }, Idle],
        [QueueFault.None, QueueFault.Stuck, QueueFault.Stuck, QueueFault.None]);

    [Fact]
    public void A_batch_that_is_answered_while_somebody_looks_is_progress_for_both_looks()
    {
        // The packet that waited at the first look was answered before that was over, and another one waits now.
        Expect(
            [
                Idle with { Waits = true, BatchesAfter = 6 },
                Idle with { Waits = true, BatchesBefore = 6, BatchesAfter = 6 },
            ],
            [QueueFault.None, QueueFault.None]);
        Expect(
            [Idle with { Waits = true, BatchesBefore = 6, BatchesAfter = 7 }], [QueueFault.None]);
    }

    [Fact]
    public void Verdicts_that_are_refused_are_told_when_none_was_taken() => Expect(
        [
            Idle,
            Idle with { Answered = 60, Refused = 10 },
            Idle with { Answered = 70, Refused = 19 },
            Idle with { Answered = 70, Refused = 20 },
        ],
        [QueueFault.None, QueueFault.Refused, QueueFault.None, QueueFault.None]);

    [Fact]
    public void A_burst_that_a_queue_has_no_room_for_is_no_fault_and_drops_that_go_on_are() => Expect(
        [
            Idle with { Dropped = 100 },
            Idle with { Dropped = 100 },
            Idle with { Dropped = 150 },
            Idle with { Dropped = 150 },
            Idle with { Dropped = 160 },
            Idle with { Dropped = 170 },
            Idle with { Dropped = 180 },
            Idle with { Dropped = 180 },
        ],
        [
            QueueFault.None, QueueFault.None, QueueFault.None, QueueFault.None, QueueFault.None,
            QueueFault.Overrun, QueueFault.Overrun, QueueFault.None,
        ]);

    [Fact]
    public void A_full_queue_that_is_stuck_is_told_as_stuck() => Expect(
        [
            Idle with { Waits = true, Dropped = 1 },
            Idle with { Waits = true, Dropped = 2 },
            Idle with { Waits = true, Dropped = 3 },
        ],
        [QueueFault.None, QueueFault.Stuck, QueueFault.Stuck]);

    private void Expect(QueueSample[] samples, QueueFault[] faults) =>
        Assert.Equal(faults, samples.Select(_progress.Judge));
}
