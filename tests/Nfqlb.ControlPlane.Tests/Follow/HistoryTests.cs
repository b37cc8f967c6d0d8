using System.Text;
using Nfqlb.ControlPlane.Tests.Model;
using Nfqlb.ControlPlane.Store;
using Nfqlb.Linux.Monitor;
using Nfqlb.Maglev;
using Nfqlb.Planning.Documents;
using Nfqlb.Planning.Model;
using Nfqlb.Planning.Objects;
using Nfqlb.Tests.Support;

namespace Nfqlb.ControlPlane.Tests.Follow;

/// <summary>Random histories of files, good and bad, of what others change and the host refuses, of restarts: when it
/// is quiet again, all is as the last good file asks for, and what others have is as it was.</summary>
public class HistoryTests
{
    private const int Histories = 12;
    private const int Steps = 40;

    private long _mended, _refused;

    [Fact]
    public void All_ends_as_the_last_good_file_asks_for() => Seeded.Run(random =>
    {
        for (int i = 0; i < Histories; i++)
        {
            using var host = new FollowedHost();
            var states = new RandomHost(random);
            states.AddForeign(host.Host);
            string foreign = Foreign(host.Host);
            var last = states.Desired();
            host.Write(last);
            host.Follower.Start();
            for (int step = 0; step < Steps; step++)
            {
                last = Happen(random, host, states, last);
                host.Pass(TimeSpan.FromMilliseconds(random.Next(2000)));
            }
            host.Host.Fault.At = 0;
            host.Host.Kernel.IsLinkUp = true;
            host.Edit(last);
            host.Monitor.Happen(HostChanges.Routing | HostChanges.Vips);
            host.Pass(TimeSpan.FromMinutes(3));

            Assert.Equal(Document.ToYaml(Read(last)), Document.ToYaml(host.Asked));
            Assert.Equal(PictureOf(last), Sorted(host.Host));
            Assert.Empty(host.Host.Reconciler.Look().Lines);
            Assert.Equal(foreign, Foreign(host.Host));
            Assert.Empty(host.Follower.Status.Refused);
            Assert.Empty(host.Follower.Status.Complaints);
            Count(host);
            int changes = host.Host.Fault.Changes;
            host.Pass(TimeSpan.FromMinutes(3));
            Assert.Equal(changes, host.Host.Fault.Changes);
        }
        Assert.True(_mended > Histories, $"only {_mended} mended");
        Assert.True(_refused > 0, "nothing was refused");
    });

    /// <summary>What a follower has met, before it goes.</summary>
    private void Count(FollowedHost host)
    {
        _mended += host.Follower.Tally.Mended;
        _refused += host.Follower.Tally.Refused;
    }

    /// <returns>What the last good file asks for.</returns>
    private DesiredState Happen(Random random, FollowedHost host, RandomHost states, DesiredState last)
    {
        switch (random.Next(10))
        {
            case 0 or 1:
                last = states.Desired();
                host.Edit(last);
                break;
            case 2:
                host.Source.Text = "pools: {";
                host.Monitor.Happen(HostChanges.Files);
                break;
            case 3:
                host.Source.Text = null;
                host.Monitor.Happen(HostChanges.Files);
                break;
            case 4:
                host.Host.Fault.At = host.Host.Fault.Changes + 1 + random.Next(6);
                break;
            case 5:
                host.Host.Kernel.IsLinkUp = !host.Host.Kernel.IsLinkUp;
                host.Host.Kernel.Routes.RemoveAll(
                    route => Ownership.IsOurs(route) && route.Gateway is not null && !host.Host.Kernel.IsLinkUp);
                host.Monitor.Happen(HostChanges.Routing);
                break;
            case 6:
                try
                {
                    host.Host.Kernel.IsLinkUp = true;
                    host.Host.Fault.At = 0;
                    host.Write(last);
                    Count(host);
                    host.Restarted().Start();
                }
                catch (InvalidStateException)
                {
                    Assert.Fail("a good file was refused");
                }
                break;
            default:
                Meddler.Meddle(random, host.Host);
                host.Monitor.Happen(random.Next(4) == 0 ? HostChanges.Lost : HostChanges.Routing | HostChanges.Vips);
                break;
        }
        return last;
    }

    /// <summary>Of a host that was never asked for anything else.</summary>
    private static string PictureOf(DesiredState desired)
    {
        using var host = new FollowedHost();
        new RandomHost(new Random(1)).AddForeign(host.Host);
        host.Write(desired);
        host.Follower.Start();
        return Sorted(host.Host);
    }

    /// <summary>As it is read, which puts pools into an order.</summary>
    private static DesiredState Read(DesiredState state) =>
        Document.Read("model.yaml", Encoding.UTF8.GetBytes(Document.ToYaml(state)), SlotsInUse.None);

    /// <summary>Where it stands among ours is another question.</summary>
    private static string Foreign(ModelHost host) => string.Join('\n', host.Picture.Split('\n')
        .Where(line => line.StartsWith("flow hand") || line.StartsWith("pool hand")
            || (line.Contains(" protocol ") && !line.EndsWith("protocol 78"))));

    /// <summary>But for what has grown: others' flows stand among ours wherever they came to stand, and the tree of
    /// rules has more than one place.</summary>
    private static string Sorted(ModelHost host) => string.Join(
        '\n', host.Picture.Split('\n').Where(line => !line.StartsWith("flow hand")
            && !(line.Contains(" rule ") && line.EndsWith("protocol 78"))));
}
