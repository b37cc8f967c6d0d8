namespace Nfqlb.EndToEnd.Lab;

/// <summary>One flowlb that answers commands, for the test classes that send no packets through it.</summary>
/// <remarks>Started with its first use: xunit makes class fixtures also where it then skips every test.</remarks>
public sealed class RunningFlowlb : IDisposable
{
    private readonly Lazy<Started> _started = new(() => new Started());

    internal Balancer Balancer => _started.Value.Balancer;

    internal BackgroundProcess Process => _started.Value.Process;

    internal CommandResult Nfqlb(params IReadOnlyList<string> words) => Balancer.Nfqlb(words);

    /// <summary>All that a command may change: every flow, and every byte of shared memory.</summary>
    internal string State() =>
        Nfqlb("flow-list").MustSucceed().Stdout
        + Balancer.Host.Shell("cd /dev/shm; ls -A; find . -type f | sort | xargs -r md5sum").Stdout;

    public void Dispose()
    {
        if (_started.IsValueCreated)
        {
            _started.Value.Sandbox.Dispose();
        }
    }

    private sealed class Started
    {
        public Started()
        {
            Balancer = new Balancer(Sandbox.First);
            try
            {
                Balancer.CreatePool("lb-1", 997, 10);
                Balancer.CreatePool("lb-2", 101, 4);
                Process = Balancer.StartFlowlb("0:3", "--promiscuous_ping");
            }
            catch
            {
                Sandbox.Dispose();
                throw;
            }
        }

        public Sandbox Sandbox { get; } = new();

        public Balancer Balancer { get; }

        public BackgroundProcess Process { get; }
    }
}
