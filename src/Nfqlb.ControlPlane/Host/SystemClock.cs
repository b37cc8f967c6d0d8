namespace Nfqlb.ControlPlane.Host;

/// <summary>Time as it passes for this thread.</summary>
public sealed class SystemClock : IClock
{
    /// <inheritdoc/>
    public void Wait(TimeSpan time) => Thread.Sleep(time);
}
