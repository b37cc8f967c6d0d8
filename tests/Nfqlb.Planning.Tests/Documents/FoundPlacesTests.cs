using System.Text;
using Nfqlb.Maglev;
using Nfqlb.Packets;
using Nfqlb.Planning.Documents;
using Nfqlb.Planning.Kubernetes;
using Nfqlb.Planning.Model;
using Nfqlb.Planning.Tests.Kubernetes;
using Nfqlb.Tests.Support;

namespace Nfqlb.Planning.Tests.Documents;

/// <summary>Targets that are found get slots and marks, and keep them.</summary>
public class FoundPlacesTests
{
    private const string From = "from: {kubernetes: {namespace: web, service: shop}}";
    private static readonly KubernetesService Shop = new("web", "shop");
    private static readonly PoolName Web = new("web");

    [Fact]
    public void They_stand_beside_those_that_are_named()
    {
        var state = Read($"{From}, targets: [{{name: a, slot: 1, mark: 10001, via: 10.0.0.1}}]", ["b", "c"]);
        Assert.Equal(["b 0 10000", "a 1 10001", "c 2 10002"], Words(state));
    }

    [Fact]
    public void They_keep_slot_and_mark_whoever_comes_and_goes()
    {
        var first = Read(From, ["b", "c"]);
        var second = Read(From, ["a", "c", "d"], first);
        Assert.Equal(["a 0 10002", "c 1 10001", "d 2 10003"], Words(second));
        Assert.Equal(Words(second), Words(Read(From, ["d", "c", "a"], second)));
    }

    [Fact]
    public void One_that_is_named_has_its_mark_and_its_name()
    {
        var first = Read(From, ["b", "c"]);
        var second = Read(
            $"{From}, targets: [{{name: b, slot: 3, mark: 10001, via: 10.0.0.1}}]", ["b", "c"], first);
        Assert.Equal(["c 1 10002", "b 3 10001"], Words(second));
    }

    [Fact]
    public void Those_that_find_no_slot_are_left_out_and_told()
    {
        var places = new FoundPlaces(Found(["a", "b", "c", "d", "e", "f"]));
        Assert.Equal(["a", "b", "c", "d"], Read(From, places, SlotsInUse.None).Targets.Select(one => one.Target.Name));
        Assert.Equal(
            ["pool [web]: web/shop: target [e] is left out: all 4 slots of the pool are taken",
                "pool [web]: web/shop: target [f] is left out: all 4 slots of the pool are taken"],
            places.LeftOut);
        Assert.Equal([Shop], places.Services);
    }

    [Fact]
    public void Marks_are_those_of_the_mask_and_no_table_of_others()
    {
        var state = Read(From, ["a", "b"], head: "mark_mask: '0x00ff0000'");
        Assert.Equal(["a 0 65536", "b 1 131072"], Words(state));

        // Two bits, of which a named target has one: of 256 and 512 and both, that is.
        var places = new FoundPlaces(Found(["a", "b", "c"]));
        state = Read(
            $"{From}, targets: [{{name: x, slot: 3, mark: 256, via: 10.0.0.9}}]", places, SlotsInUse.None,
            "mark_mask: 768");
        Assert.Equal(["a 0 512", "b 1 768", "x 3 256"], Words(state));
        Assert.EndsWith("target [c] is left out: no mark is left in mark_mask", Assert.Single(places.LeftOut));

        // 253 to 255 are tables of the system.
        places = new FoundPlaces(Found(["a", "b", "c", "d"]));
        state = Read(From, places, SlotsInUse.None, "mark_mask: 253");
        Assert.DoesNotContain(state.Targets, pair => pair.Target.Mark.Value >= 252);
    }

    [Fact]
    public void What_is_not_known_is_as_it_was_known_last_also_when_it_was_stored()
    {
        var last = Read(From, ["a", "b"]);
        Assert.True(StoredState.TryRead(StoredState.ToBytes(last), host: null, out var stored, out _));
        var kept = FoundTargets.None.KeepingFrom(stored, new HashSet<Address>());
        Assert.Equal(Words(last), Words(Read(From, new FoundPlaces(kept), SlotsInUse.Of(stored))));

        // Known to be none is another matter, and so is another service.
        Assert.Empty(Read(From, [], stored).Targets);
        Assert.Empty(Read(
            From.Replace("shop", "other"), new FoundPlaces(kept), SlotsInUse.Of(stored)).Targets);
    }

    [Fact]
    public void One_that_nothing_leads_to_keeps_its_place_and_is_down()
    {
        var unreachable = new HashSet<Address> { Via("b") };
        var state = Read(
            From, new FoundPlaces(Found(["a", "b"]).KeepingFrom(DesiredState.Empty, unreachable)), SlotsInUse.None);
        var b = state.Targets.Single(pair => pair.Target.Name == "b").Target;
        Assert.Equal((TargetState.Down, false), (b.State, b.HasWay));
        Assert.Equal(["a 0 10000", "b 1 10001"], Words(state));
    }

    [Fact]
    public void Without_anybody_who_looks_there_are_none() =>
        Assert.Empty(Document.Read("lb.yaml", Encoding.UTF8.GetBytes(Text(From)), SlotsInUse.None).Targets);

    [Theory]
    [InlineData("from: {}", "pools[0].from.kubernetes: missing")]
    [InlineData("from: {kubernetes: {namespace: web}}", "pools[0].from.kubernetes.service: missing")]
    [InlineData("from: [{kubernetes: {namespace: Web, service: s}}]",
        "pools[0].from[0].kubernetes.namespace: [Web] must be a name of Kubernetes: a-z, 0-9, - and .")]
    [InlineData("from: {kubernetes: {namespace: web, service: s, port: 70000}}",
        "pools[0].from.kubernetes.port: [70000] must be the name of a port, or a number from 1 to 65535")]
    [InlineData("from: {kubernetes: {namespace: web, service: s, unready: off}}",
        "pools[0].from.kubernetes.unready: [off] must be up, drain or down")]
    public void What_is_wrong_is_told_by_its_place(string from, string expected)
    {
        Document.Read(Encoding.UTF8.GetBytes(Text(from)), SlotsInUse.None, out var diagnostics);
        Assert.Equal([expected], diagnostics.Select(diagnostic => $"{diagnostic.What}"));
    }

    /// <summary>Three balancers hear of the same in another order, and begin at another time: in the end each sends
    /// every packet to the same pod.</summary>
    [Fact]
    public void Balancers_agree_whatever_they_heard_first() => Seeded.Run(random =>
    {
        for (int round = 0; round < 20; round++)
        {
            var history = Enumerable.Range(0, 12).Select(_ => Enumerable.Range(0, 3)
                .Select(_ => ServiceTargetsTests.RandomSlice(random)).ToArray()).ToArray();
            var sums = Enumerable.Range(0, 3).Select(_ => CheckSum(history, random)).ToHashSet();
            Assert.Single(sums);
        }
    });

    private static uint CheckSum(EndpointSlice[][] history, Random random)
    {
        const string keyed = $"{From}, identity: name, seed: 00112233445566778899aabbccddeeff";
        var state = DesiredState.Empty;
        var moments = history.SkipLast(1).Where(_ => random.Next(2) == 0).Append(history[^1]).ToArray();
        random.Shuffle(moments.AsSpan(0, moments.Length - 1));
        foreach (var slices in moments)
        {
            random.Shuffle(slices);
            var targets = ServiceTargets.Of(Shop, slices, new Dictionary<string, Pod>());
            var found = new FoundTargets(new Dictionary<KubernetesService, IReadOnlyList<FoundTarget>>
            {
                [Shop] = targets,
            });
            state = Read(keyed, new FoundPlaces(found), SlotsInUse.Of(state), slots: 16);
            Assert.Empty(DesiredStateCheck.Diagnostics(state));
        }
        var pool = state.Pools.Single();
        var slotTargets = new SlotTarget?[pool.Size.Slots];
        foreach (var target in pool.Targets)
        {
            slotTargets[target.Slot] = target.InSlot(isKeyed: true);
        }
        var content = new PoolContent(pool.Shape, pool.Settings, [.. slotTargets]);
        var entries = new ushort[pool.Size.Entries];
        bool isFilled = PoolTable.Fill(content, entries);
        return TableCheckSum.Of(new PoolSnapshot(1, content, [.. entries.Select(slot => isFilled ? slot : -1)]));
    }

    private static DesiredState Read(
        string rest, string[] names, DesiredState? before = null, string head = "rules: tree") =>
        Read(rest, new FoundPlaces(Found(names)), SlotsInUse.Of(before ?? DesiredState.Empty), head);

    private static DesiredState Read(
        string rest, FoundPlaces places, SlotsInUse present, string head = "rules: tree", int slots = 4) =>
        new DocumentSource("lb.yaml", Encoding.UTF8.GetBytes(Text(rest, head, slots))).Read(present, places);

    private static string Text(string rest, string head = "rules: tree", int slots = 4) =>
        $"{{{head}, pools: [{{name: web, N: {slots}, {rest}}}]}}";

    private static FoundTargets Found(string[] names) => new(
        new Dictionary<KubernetesService, IReadOnlyList<FoundTarget>>
        {
            [Shop] = [.. names.Select(name => new FoundTarget(name) { Via4 = Via(name) })],
        });

    private static Address Via(string name) => Address.FromIpv4(0x0a000100u + name[0]);

    private static string[] Words(DesiredState state) => [.. state.Pools.Single(pool => pool.Name == Web).Targets
        .Select(target => $"{target.Name} {target.Slot} {target.Mark}")];
}
