using Nfqlb.ControlPlane.Execute;
using Nfqlb.ControlPlane.Follow;
using Nfqlb.ControlPlane.Store;
using Nfqlb.ControlPlane.Tests.Model;
using Nfqlb.Linux.SharedMemory;
using Nfqlb.Planning.Documents;
using Nfqlb.Planning.Model;
using Nfqlb.Planning.Plans;
using Nfqlb.Tests.Support;
using static Nfqlb.ControlPlane.Tests.Follow.FollowedHost;

namespace Nfqlb.ControlPlane.Tests.Follow;

/// <summary>A start with files that were brought about before need not read them again, and does what it would do.
/// </summary>
public sealed class AlreadyReadTests : IDisposable
{
    private const int Histories = 12, Steps = 12;

    private static readonly DesiredState Desired = State(Target("red", 0, 101), Target("blue", 1, 102));

    private readonly FollowedHost _host = new();

    public void Dispose() => _host.Dispose();

    [Fact]
    public void Files_are_known_from_when_they_were_brought_about_until_they_change()
    {
        _host.Write(Desired);
        Assert.Null(_host.AlreadyRead());
        _host.Follower.Start();
        Assert.Equal(Document.ToYaml(Desired), Document.ToYaml(_host.AlreadyRead()!.Known!));
        string text = _host.Source.Text!;
        _host.Source.Text = text + "# the same in other bytes\n";
        Assert.Null(_host.AlreadyRead());
        _host.Source.Text = "pools: [{name: web, N: x}]";
        Assert.Null(_host.AlreadyRead());
        _host.Source.Text = text;
        Assert.NotNull(_host.AlreadyRead());
        _host.Host.Reconciler.Reset(takesForeign: false);
        Assert.Null(_host.AlreadyRead());
    }

    [Fact]
    public void Files_with_targets_that_are_found_are_read_each_time()
    {
        _host.Source.Text =
            "pools: [{name: web, N: 4, from: {kubernetes: {namespace: default, service: web}}}]";
        _host.Follower.Start();
        Assert.Null(_host.AlreadyRead());
    }

    /// <summary>As the message about a torn file says: it is removed, and the files are applied anew.</summary>
    [Fact]
    public void Where_what_is_asked_for_was_removed_the_files_are_all_of_it()
    {
        _host.Write(Desired);
        _host.Follower.Start();
        string asked = _host.Host.Picture;
        SharedMemorySegment.Unlink(_host.Host.Store.Text);
        Assert.Null(_host.AlreadyRead());
        _host.Restarted().Start();
        Assert.Equal(asked, _host.Host.Picture);
        Assert.Equal(Document.ToYaml(Desired), Document.ToYaml(_host.Asked));
    }

    /// <summary>They are parsed where somebody wants to know it.</summary>
    [Fact]
    public void What_they_ask_for_has_its_line()
    {
        _host.Write(Desired);
        _host.Follower.Start();
        var parsed = new DocumentSource(_host.Source.Read());
        string? place = parsed.Place(Web, new FirewallMark(102), "via", "nothing leads there");
        Assert.Matches(@"^model\.yaml:[0-9]+: pools\[0\]\.targets\[1\]\.via: nothing leads there$", place);
        Assert.Equal(place, _host.AlreadyRead()!.Place(Web, new FirewallMark(102), "via", "nothing leads there"));
    }

    /// <summary>After whatever commands and others have done in between, with slots that files leave open or not.
    /// </summary>
    [Fact]
    public void A_start_does_what_it_would_do_had_it_read_them() => Seeded.Run(random =>
    {
        int words = 0;
        for (int i = 0; i < Histories; i++)
        {
            int seed = random.Next();
            var (read, wordsOfRead) = Outcome(new Random(seed), isKnown: false);
            var (known, wordsOfKnown) = Outcome(new Random(seed), isKnown: true);
            Assert.Equal(read, known);
            Assert.Equal(wordsOfRead, wordsOfKnown);
            words += wordsOfRead;
        }
        Assert.InRange(words, 1, int.MaxValue);
    });

    private static (string Picture, int Words) Outcome(Random random, bool isKnown)
    {
        using var host = new FollowedHost();
        host.Write(Desired);
        host.Source.Text = random.Next(2) == 0 ? host.Source.Text
            : host.Source.Text!.Replace("slot: 0", "weight: 100", StringComparison.Ordinal);
        host.Follower.Start();
        for (int step = random.Next(Steps); step > 0; step--)
        {
            Happen(random, host);
        }
        var parsed = isKnown ? host.AlreadyRead() : null;
        Assert.Equal(isKnown, parsed is not null);
        host.Restarted(parsed).Start();
        string asked = Document.ToYaml(host.Asked), source = Document.ToYaml(StateStore.LookSource(host.Host.Store)!);
        return ($"{host.Host.Picture}\n{asked}\n{source}", asked == source ? 0 : 1);
    }

    private static void Happen(Random random, FollowedHost host)
    {
        switch (random.Next(3))
        {
            case 0:
                Meddler.Meddle(random, host.Host);
                break;
            case 1:
                int slot = random.Next(4);
                var target = Target($"by-hand-{slot}", slot, 105 + slot);
                Carry(host, before => before with
                {
                    Pools = [.. before.Pools.Select(pool => pool with
                    {
                        Targets = [.. pool.Targets.Where(one => one.Slot != slot), target],
                    })],
                });
                break;
            default:
                Carry(host, before => before with { Pools = [.. before.Pools.Select(pool => pool with
                {
                    Targets = [.. pool.Targets.Skip(1)],
                })] });
                break;
        }
    }

    private static void Carry(FollowedHost host, Func<DesiredState, DesiredState> command)
    {
        try
        {
            host.Host.Reconciler.Carry(
                new DesiredChange(Scope.Everything, before => command(before).InOrder()));
        }
        catch (InvalidStateException)
        {
            // Somebody else's is in the way.
        }
    }
}
