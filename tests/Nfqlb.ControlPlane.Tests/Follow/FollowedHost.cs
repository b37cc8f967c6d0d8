using Nfqlb.ControlPlane.Follow;
using Nfqlb.ControlPlane.Store;
using Nfqlb.ControlPlane.Tests.Model;
using Nfqlb.Linux.Monitor;
using Nfqlb.Maglev;
using Nfqlb.Packets;
using Nfqlb.Planning.Documents;
using Nfqlb.Planning.Model;

namespace Nfqlb.ControlPlane.Tests.Follow;

/// <summary>A model of a host that is kept as a file asks for.</summary>
internal sealed class FollowedHost : IDisposable
{
    public static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    public static readonly PoolName Web = new("web");

    private readonly ModelTime _time = new();

    public FollowedHost()
    {
        Monitor = new ModelMonitor(_time);
        Follower = Restarted();
    }

    public ModelHost Host { get; } = new();

    public ModelSource Source { get; } = new();

    public ModelMonitor Monitor { get; }

    public ModelDiscovery Discovery { get; private set; } = new();

    public List<FollowNotice> Notices { get; } = [];

    public Action<DesiredState> Told { get; set; } = _ => { };

    public Follower Follower { get; private set; }

    public DesiredState Asked => StateStore.Look(Host.Store);

    public TimeSpan Now => _time.Now;

    /// <summary>The process ends, in whatever way, and another one begins.</summary>
    public Follower Restarted(DocumentSource? parsed = null) => Follower =
        new Follower(Host.Surroundings, Host.Store, Source, Monitor, _time, Notices.Add)
        {
            InForce = Told,
            Discovery = Discovery,
            Parsed = parsed,
        };

    /// <summary>What another process knows of the files as they are now.</summary>
    public DocumentSource? AlreadyRead() => KnownFiles.Find(Host.Store, Source.Read(), Task.CompletedTask);

    /// <summary>The same, and what finds targets knows nothing yet.</summary>
    public Follower RestartedWithoutKnowledge()
    {
        Discovery = new();
        return Restarted();
    }

    public void Write(DesiredState state) => Source.Text = Document.ToYaml(state);

    /// <summary>Writes the file, and lets the kernel tell.</summary>
    public void Edit(DesiredState state)
    {
        Write(state);
        Monitor.Happen(HostChanges.Files);
    }

    public void Pass(TimeSpan time)
    {
        for (var end = _time.Now + time; _time.Now < end;)
        {
            Follower.Turn();
        }
    }

    public void Dispose() => Host.Dispose();

    public static DesiredTarget Target(string name, int slot, int mark) => new()
    {
        Name = name,
        Slot = slot,
        Mark = new FirewallMark(mark),
        Via4 = Address.FromIpv4(0xac100102 + (uint)slot),
    };

    public static DesiredState State(params DesiredTarget[] targets) => DesiredState.Empty with
    {
        Pools = [new DesiredPool(Web, new(new(31, 4)), new(0)) { Targets = [.. targets.OrderBy(one => one.Slot)] }],
        Flows = [new() { Name = new("http"), Target = Web, Priority = 1 }],
        Vips = [new DesiredVip(new Flows.Cidr(Address.FromIpv4(0xcb007101), 128))],
    };
}
