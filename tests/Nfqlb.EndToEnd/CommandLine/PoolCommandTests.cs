using System.Text.Json;
using Nfqlb.EndToEnd.Lab;

namespace Nfqlb.EndToEnd.CommandLine;

/// <summary>Weights, keyed pools, checksums and hash fields, as they are typed.</summary>
[BesideOthers]
public sealed class PoolCommandTests(RunningFlowlb flowlb) : IClassFixture<RunningFlowlb>
{
    private const string Seed = "000102030405060708090a0b0c0d0e0f";

    [KernelFact]
    public void A_weight_is_an_exact_share_and_outlives_what_others_activate()
    {
        Run("init --shm=weighted --M=10000 --N=10");
        Run("activate --shm=weighted 101 102");
        Run("activate --shm=weighted --weight=3 103");
        Assert.Equal([("101", 1, 1_995), ("102", 1, 1_994), ("103", 3, 5_984)], Shares("weighted"));

        // Somebody who knows nothing of weights: a mark that is there, one that comes, one that goes.
        Run("activate --shm=weighted 103 104");
        Run("deactivate --shm=weighted 101");
        Assert.Equal([("102", 1, 1_995), ("103", 3, 5_984), ("104", 1, 1_994)], Shares("weighted").Order());

        Run("activate --shm=weighted --weight=0 103");
        Assert.Equal(0, Shares("weighted").Single(target => target.Mark == "103").Entries);
        Run("deactivate --shm=weighted --index=2");
        Run("activate --shm=weighted --index=2 103");
        Assert.Equal(1, Shares("weighted").Single(target => target.Mark == "103").Weight);
        Run("delete --shm=weighted");
    }

    [KernelFact]
    public void Keyed_pools_agree_whatever_the_order_of_commands_and_the_packets_go_by_name()
    {
        foreach (string pool in (string[])["one", "two", "three"])
        {
            string seed = pool == "three" ? Seed.Replace('0', '1') : Seed;
            Run($"init --shm={pool} --M=1000 --N=8 --identity=name --seed={seed}");
        }
        foreach (string pool in (string[])["one", "three"])
        {
            Run($"activate --shm={pool} --name=red 101");
            Run($"activate --shm={pool} --name=green --weight=2 102");
            Run($"activate --shm={pool} --name=blue 103");
        }
        Run("activate --shm=two --name=gone 900");
        Run("activate --shm=two --index=6 --name=blue 103");
        Run("activate --shm=two --name=green 555");
        Run("activate --shm=two --name=red 101");
        Run("deactivate --shm=two --name=gone");
        Run("activate --shm=two --name=green --weight=2 102");

        Assert.Equal(CheckSum("one"), CheckSum("two"));
        Assert.NotEqual(CheckSum("one"), CheckSum("three"));
        int differ = 0;
        for (int port = 1; port <= 50; port++)
        {
            string packet = $"--proto=tcp --src=10.0.0.1:{port} --dst=10.0.0.2:80";
            Assert.Equal(MarkOf("one", packet), MarkOf("two", packet));
            differ += MarkOf("one", packet) == MarkOf("three", packet) ? 0 : 1;
        }
        Assert.InRange(differ, 10, 50);
        Assert.DoesNotContain(Seed, Run("show --shm=one --output=wide") + Run("show --shm=one --output=json"));
    }

    [KernelFact]
    public void A_pool_is_told_only_what_it_can_be_told()
    {
        Run("init --shm=named --M=101 --N=2 --identity=name --seed=" + Seed);
        Run("activate --shm=named --name=a 1");
        string before = Run("show --shm=named --output=json");
        Refuse("activate --shm=named 2", "named", "--name");
        Refuse("activate --shm=named --name=b 1 2", "name");
        Refuse("activate --shm=named --index=1 --name=a 1", "slot 0");
        Refuse("activate --shm=named --index=2 --name=b 1", "index");
        Refuse("activate --shm=lb-1 --name=b 1", "lb-1", "name");
        Refuse($"activate --shm=named --name={new string('x', 64)} 1", "name", "63");
        Refuse("activate --shm=named --weight=65536 1", "weight", "65536");
        Refuse("activate --shm=named --weight=-1 1", "weight", "-1");
        Refuse("init --shm=named --identity=name", "seed");
        Refuse("init --shm=named --seed=" + Seed, "seed");
        Refuse("init --shm=named --identity=mark", "identity", "mark");
        Refuse("init --shm=named --identity=name --seed=abc", "seed", "abc");
        Refuse("init --shm=named --min-active=0", "min-active", "0");
        Refuse("init --shm=named --when-empty=never", "when-empty", "never");
        Refuse("show --shm=named --output=xml", "output", "xml");
        Assert.Equal(before, Run("show --shm=named --output=json"));
        Run("activate --shm=named --weight=7 1");
        Assert.Equal([("1", 7, 101)], Shares("named"));
        Run("delete --shm=named");
    }

    [KernelFact]
    public void A_flow_keeps_its_hash_fields_and_refuses_what_means_nothing()
    {
        Run("flow-set --name=h --target=lb-1 --hash=source --prio=5");
        Assert.Equal(["src"], Fields("h"));
        Run("flow-set --name=h --target=lb-1 --hash=dport,dst,sport,src --symmetric");
        Assert.Equal(["src", "sport", "dst", "dport", "symmetric"], Fields("h"));
        Run("flow-set --name=h --target=lb-1 --hash=5-tuple");
        Assert.DoesNotContain("hash", Run("flow-list --name=h"));
        Refuse("flow-set --name=h --target=lb-1 --hash=vlan", "hash", "vlan");
        Refuse("flow-set --name=h --target=lb-1 --hash=src --symmetric", "hash", "symmetric");
        Run("flow-delete --name=h");

        // The command takes the same lists.
        string Hash(string src, string more) =>
            Run($"fwmark --shm=lb-1 --proto=tcp --src={src} --dst=10.0.0.2:80 {more}".TrimEnd());
        Assert.Equal(Hash("10.0.0.1:1", "--hash=src"), Hash("10.0.0.1:2", "--hash=src"));
        Assert.NotEqual(Hash("10.0.0.1:1", "--hash=src"), Hash("10.0.0.3:1", "--hash=src"));
        Assert.NotEqual(Hash("10.0.0.1:1", ""), Hash("10.0.0.1:2", ""));
        Assert.Equal(Hash("10.0.0.1:1", ""), Hash("10.0.0.1:1", "--hash=5-tuple"));
    }

    private string[] Fields(string flow) =>
        [.. JsonDocument.Parse(Run($"flow-list --name={flow}")).RootElement.GetProperty("hash").EnumerateArray()
            .Select(field => field.GetString()!)];

    private IEnumerable<(string Mark, int Weight, int Entries)> Shares(string pool) =>
        from target in Show(pool).GetProperty("targets").EnumerateArray()
        select ($"{target.GetProperty("fwmark")}", target.GetProperty("weight").GetInt32(),
            target.GetProperty("entries").GetInt32());

    private uint CheckSum(string pool) => Show(pool).GetProperty("checksum").GetUInt32();

    private JsonElement Show(string pool) => JsonDocument.Parse(Run($"show --shm={pool} --output=json")).RootElement;

    private int MarkOf(string pool, string packet) =>
        JsonDocument.Parse(Run($"fwmark --shm={pool} {packet}")).RootElement.GetProperty("fwmark").GetInt32();

    private string Run(string words) => flowlb.Nfqlb(words.Split(' ')).MustSucceed().Stdout;

    private void Refuse(string words, params string[] names) => Complaint.Check(flowlb.Nfqlb(words.Split(' ')), names);
}
