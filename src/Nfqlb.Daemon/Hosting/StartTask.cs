namespace Nfqlb.Daemon.Hosting;

/// <summary>A part of a balancer's start that goes on beside the rest of it.</summary>
internal sealed class StartTask : IDisposable
{
    private readonly Task _task;

    /// <summary>Begins.</summary>
    /// <param name="work">For a thread of the pool.</param>
    public StartTask(Action work) => _task = Task.Run(work);

    /// <summary>Returns when it is done; throws what it has thrown.</summary>
    public void Wait() => _task.GetAwaiter().GetResult();

    /// <summary>Returns when it has ended, in whatever way: what it works with may go then. Who needs to know of a
    /// failure has waited before.</summary>
    public void Dispose() => Task.WaitAny(_task);
}
