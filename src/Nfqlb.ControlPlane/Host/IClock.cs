namespace Nfqlb.ControlPlane.Host;

/// <summary>Time that passes between two changes.</summary>
public interface IClock
{
    /// <summary>Waits.</summary>
    void Wait(TimeSpan time);
}
