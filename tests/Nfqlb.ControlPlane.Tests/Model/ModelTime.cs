namespace Nfqlb.ControlPlane.Tests.Model;

/// <summary>Time that passes when a test says so.</summary>
internal sealed class ModelTime : TimeProvider
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public TimeSpan Now { get; private set; }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => Now.Ticks;

    public override DateTimeOffset GetUtcNow() => Start + Now;

    public void Pass(TimeSpan time) => Now += time;
}
