using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Nfqlb.Checks;
using Nfqlb.ControlPlane.Host;
using Nfqlb.Daemon.Checks;
using Nfqlb.Linux.Probes;
using Nfqlb.Linux.SharedMemory;
using Nfqlb.Maglev;
using Nfqlb.Packets;
using Nfqlb.Planning.Model;
using Nfqlb.TestRun;
using Xunit.Abstractions;

namespace Nfqlb.Daemon.Tests.Checks;

/// <summary>A thousand targets with real checks, at addresses of loopback.</summary>
public sealed class ManyTargetsTests(ITestOutputHelper output) : IDisposable
{
    private const int Targets = 1000, Dying = 300;

    private readonly PoolName _name = new($"nfqlb-test-{Environment.ProcessId}-{Guid.NewGuid():N}");

    public void Dispose() => PoolDirectory.Delete(_name);

    [KernelFact]
    public void Three_hundred_of_a_thousand_that_die_at_once_are_out_soon_and_in_few_publications()
    {
        var shape = new PoolShape(new PoolSize(10007, Targets));
        using var living = Server(0);
        int port = ((IPEndPoint)living.LocalEndpoint).Port;
        _ = Task.Run(() => AcceptAll(living));
        List<TcpListener> dying = [.. Enumerable.Range(0, Dying).Select(i => Server(port, i))];
        var pool = new DesiredPool(_name, shape, new(0))
        {
            Check = new DesiredCheck { Kind = CheckKind.Tcp, To = CheckDestination.Target },
            Targets =
            [
                .. Enumerable.Range(0, Targets).Select(slot => new DesiredTarget
                {
                    Slot = slot,
                    Mark = new(1 + slot),
                    Via4 = AddressOf(slot),
                    // Whoever does not die is served by one socket for all of loopback.
                    Check = new DesiredCheck { Port = (ushort)(slot < Dying ? port + 1 : port) },
                }),
            ],
        };
        PoolDirectory.Create(_name, Content(pool));
        using var prober = new Prober();
        var engine = new CheckEngine(
            prober, new SharedPools(), TimeProvider.System, new Random(3).NextDouble, _ => { });
        engine.Follow(DesiredState.Empty with { Pools = [pool] });

        TurnUntil(engine, () => Count(TargetHealth.Good) == Targets, TimeSpan.FromSeconds(10));
        ulong generation = PoolDirectory.Open(_name).Generation;
        dying.ForEach(server => server.Stop());
        var took = TurnUntil(engine, () => Count(TargetHealth.Bad) == Dying, TimeSpan.FromSeconds(10));
        ulong publications = PoolDirectory.Open(_name).Generation - generation;
        output.WriteLine($"{took.TotalMilliseconds:f0} ms, {publications} publications");

        Assert.Equal(Targets - Dying, Count(TargetHealth.Good));
        Assert.InRange(took, TimeSpan.FromSeconds(1.5), TimeSpan.FromSeconds(5));
        Assert.InRange(publications, 1u, 20u);
        Assert.True(PoolDirectory.Open(_name).Snapshot().EntriesBySlot().Take(Dying).All(entries => entries == 0));
    }

    private static TcpListener Server(int port, int? slot = null)
    {
        var server = slot is { } i
            ? new TcpListener(IPAddress.Parse(AddressOf(i).ToPlainString()), port + 1)
            : new TcpListener(IPAddress.Any, port);
        server.Start(backlog: 4096);
        return server;
    }

    private static void AcceptAll(TcpListener server)
    {
        try
        {
            while (true)
            {
                server.AcceptSocket().Dispose();
            }
        }
        catch (SocketException)
        {
            // The test is over.
        }
    }

    private static Address AddressOf(int slot) => Address.FromIpv4(0x7f010001 + (uint)slot);

    private static PoolContent Content(DesiredPool pool)
    {
        SlotTarget?[] slots = [.. pool.Targets.Select(target => (SlotTarget?)target.InSlot(isKeyed: false))];
        return PoolContent.Empty(pool.Shape, pool.Settings) with { Slots = [.. slots] };
    }

    private int Count(TargetHealth health) =>
        PoolDirectory.Open(_name).ReadContent().Slots.Count(slot => slot is { } target && target.Health == health);

    private static TimeSpan TurnUntil(CheckEngine engine, Func<bool> condition, TimeSpan limit)
    {
        long start = Stopwatch.GetTimestamp();
        for (long looked = start; ; engine.Turn())
        {
            if (Stopwatch.GetElapsedTime(looked) > TimeSpan.FromMilliseconds(50))
            {
                if (condition())
                {
                    return Stopwatch.GetElapsedTime(start);
                }
                Assert.True(Stopwatch.GetElapsedTime(start) < limit, "not seen in time");
                looked = Stopwatch.GetTimestamp();
            }
        }
    }
}
