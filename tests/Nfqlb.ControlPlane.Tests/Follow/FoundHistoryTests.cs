using System.Text;
using Nfqlb.ControlPlane.Execute;
using Nfqlb.ControlPlane.Tests.Model;
using Nfqlb.Linux.Monitor;
using Nfqlb.Maglev;
using Nfqlb.Packets;
using Nfqlb.Planning.Documents;
using Nfqlb.Planning.Model;
using Nfqlb.Planning.Plans;
using Nfqlb.Tests.Support;

namespace Nfqlb.ControlPlane.Tests.Follow;

/// <summary>Random histories of what is found, of what commands say and of restarts: what comes of them piece by piece
/// is what comes of them where each time all is read, merged and looked at anew.</summary>
public class FoundHistoryTests
{
    private const int Histories = 6;
    private const int Steps = 30;

    private const string File =
        """
        pools:
        - {name: web, N: 6, from: {kubernetes: {namespace: web, service: shop}}, targets: [{mark: 101, via: none}]}
        - {name: dns, N: 4, from: [{kubernetes: {namespace: web, service: shop}},
                                   {kubernetes: {namespace: web, service: names}}]}
        - {name: odd, N: 2, from: {kubernetes: {namespace: web, service: odd}}}
        """;

    private static readonly KubernetesService Shop = new("web", "shop"), Names = new("web", "names");

    private int _restated;

    [Fact]
    public void Piece_by_piece_it_is_the_same() => Seeded.Run(random =>
    {
        for (int i = 0; i < Histories; i++)
        {
            using var pieces = Begun();
            using var whole = Begun();
            for (int step = 0; step < Steps; step++)
            {
                string what = Happen(random, pieces, whole, step);
                Assert.True(TextOf(whole) == TextOf(pieces), $"{what}:\n{TextOf(whole)}\n{TextOf(pieces)}");
                Assert.Equal(PictureOf(whole), PictureOf(pieces));
                Assert.Equal(LeftOutOf(whole), LeftOutOf(pieces));
                Assert.Empty(pieces.Host.Reconciler.Look().Lines);
            }
        }
        Assert.True(_restated > Histories, $"only {_restated} were no more than another state");
    });

    private static FollowedHost Begun()
    {
        var host = new FollowedHost();
        host.Source.Text = File;
        host.Follower.Start();
        return host;
    }

    private string Happen(Random random, FollowedHost pieces, FollowedHost whole, int step)
    {
        switch (random.Next(8))
        {
            case 0:
                return Command(random.Next(), pieces, whole);
            case 1 when random.Next(3) == 0:
                pieces.Restarted().Start();
                whole.Restarted().Start();
                return "restart";
            case < 5 when pieces.Discovery.FoundIn(Shop) is { Count: > 0 } found:
                // The same pods in other states.
                _restated++;
                return Find(pieces, whole, step, Shop, [.. found.Select(one => random.Next(3) > 0 ? one : one with
                {
                    State = (TargetState)random.Next(3), Weight = (ushort)random.Next(1, 3),
                })]);
            default:
                var service = random.Next(3) == 0 ? Names : Shop;
                return Find(pieces, whole, step, service, [.. Enumerable.Range(2, 7)
                    .Where(_ => random.Next(2) == 0).Select(octet => new FoundTarget($"p{octet}")
                    {
                        Via4 = Address.FromIpv4((random.Next(20) == 0 ? 0xac101000u : 0xac100100u) + (uint)octet),
                        State = (TargetState)random.Next(3),
                    })]);
        }
    }

    /// <summary>Whoever is told of another service each time cannot tell that nothing else is new.</summary>
    private static string Find(
        FollowedHost pieces, FollowedHost whole, int step, KubernetesService service, FoundTarget[] targets)
    {
        whole.Discovery.Find(new KubernetesService("web", $"other{step}"), Array.Empty<FoundTarget>());
        foreach (var host in (FollowedHost[])[pieces, whole])
        {
            host.Discovery.Find(service, targets);
            host.Monitor.Happen(HostChanges.None);
            host.Pass(TimeSpan.FromSeconds(1));
        }
        return $"{service}: {string.Join(", ", targets.Select(target => $"{target}"))}";
    }

    /// <summary>Somebody says another weight of a target, or takes it out, or puts one beside it.</summary>
    private static string Command(int seed, FollowedHost pieces, FollowedHost whole)
    {
        string what = "";
        foreach (var host in (FollowedHost[])[pieces, whole])
        {
            var random = new Random(seed);
            host.Host.Reconciler.Carry(new DesiredChange(Scope.Targets, before =>
            {
                var pool = before.Pools[random.Next(before.Pools.Length)];
                if (pool.Targets.IsEmpty)
                {
                    return before;
                }
                int i = random.Next(pool.Targets.Length);
                bool isOut = random.Next(2) == 0;
                what = $"{(isOut ? "out" : "weight")} {pool.Name}/{pool.Targets[i]}";
                return before.With(pool with
                {
                    Targets = isOut ? pool.Targets.RemoveAt(i)
                        : pool.Targets.SetItem(i, pool.Targets[i] with { Weight = 7 }),
                });
            }));
            host.Pass(TimeSpan.FromSeconds(1));
        }
        return what;
    }

    private static string TextOf(FollowedHost host) =>
        Encoding.UTF8.GetString(StoredState.ToBytes(host.Asked)).Replace("},{", "},\n{");

    private static string LeftOutOf(FollowedHost host) => string.Join('\n', host.Follower.Status.LeftOut);

    private static string PictureOf(FollowedHost host) =>
        string.Join('\n', host.Host.Picture.Split('\n').Where(line => !line.Contains(" rule ")));
}
