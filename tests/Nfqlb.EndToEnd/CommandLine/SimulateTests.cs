using System.Text.Json;
using System.Xml.Linq;
using Nfqlb.EndToEnd.Lab;
using Nfqlb.EndToEnd.Wire;

namespace Nfqlb.EndToEnd.CommandLine;

/// <summary>`nfqlb simulate`: what it says is what pools made by commands show.</summary>
[BesideOthers]
public sealed class SimulateTests : IDisposable
{
    private readonly Sandbox _sandbox = new();
    private readonly Balancer _balancer;

    public SimulateTests() => _balancer = new Balancer(_sandbox.First);

    public void Dispose() => _sandbox.Dispose();

    [KernelFact]
    public void Its_shares_are_those_of_a_pool_that_commands_make()
    {
        Run("init --shm=real --M=1000 --N=4");
        Run("activate --shm=real 1 2 3");
        Run("activate --shm=real --weight=5 4");
        var real = JsonDocument.Parse(Run("show --shm=real --output=json")).RootElement;
        var said = JsonDocument.Parse(Run("simulate --targets=a,b,c,d:5 --M=1000 --output=json down=d up=d+weight=a:2"))
            .RootElement;
        JsonElement[] steps = [.. said.GetProperty("steps").EnumerateArray()];
        Assert.Equal(3, steps.Length);
        Assert.Equal(Entries(real), Entries(steps[0]));
        Run("deactivate --shm=real 4");
        real = JsonDocument.Parse(Run("show --shm=real --output=json")).RootElement;
        Assert.Equal([.. Entries(real), 0], Entries(steps[1]));
        Assert.Equal(1_000_000, steps[0].GetProperty("targets").EnumerateArray()
            .Sum(target => target.GetProperty("connections").GetInt64()));
        Assert.Equal(
            steps[0].GetProperty("targets")[3].GetProperty("connections").GetInt64(),
            steps[1].GetProperty("connections_lost").GetInt64());
    }

    /// <summary>With all that a pool can be told, and slots left empty.</summary>
    [KernelFact]
    public void The_pool_of_a_file_is_the_one_that_apply_makes()
    {
        File.WriteAllText(_sandbox.PathInSharedMemory("lb.yaml"), """
            pools:
              - name: web
                M: 1000
                N: 8
                min_active: 3
                targets:
                  - {name: red, slot: 1, mark: 1, via: none, weight: 3}
                  - {slot: 4, mark: 2, via: none}
                  - {name: blue, slot: 5, mark: 3, via: none, state: drain}
                  - {name: gold, slot: 7, mark: 4, via: none, priority: 1}
              - {name: other, N: 4}
            """);
        const string simulate = "simulate -f /dev/shm/lb.yaml --shm=web --output=json";
        Run("apply -f /dev/shm/lb.yaml");
        var steps = JsonDocument.Parse(Run($"{simulate} up=blue drain=4")).RootElement.GetProperty("steps");

        Assert.Equal(Entries(JsonDocument.Parse(Run("show --shm=web --output=json")).RootElement), Entries(steps[0]));
        Assert.Equal(0, Entries(steps[1])[3]); // who stands by steps back
        Run("activate --shm=web --state=up 3");
        Run("activate --shm=web --state=drain 2");
        Assert.Equal(Entries(JsonDocument.Parse(Run("show --shm=web --output=json")).RootElement), Entries(steps[2]));
        Assert.Equal(0, steps[2].GetProperty("connections_lost").GetInt64());

        Refuse("simulate -f /dev/shm/lb.yaml", "shm", "other, web");
        Refuse("simulate -f /dev/shm/lb.yaml --shm=gone", "shm", "gone");
        Refuse("simulate -f /dev/shm/lb.yaml --shm=web --M=7", "M");
        Refuse("simulate -f /dev/shm/lb.yaml --shm=web --targets=7", "targets", "file");
        Refuse("simulate -f /dev/shm/lb.yaml --shm=web down=pink", "pink");
        Refuse("simulate --targets=7 --shm=web", "shm");
    }

    [KernelFact]
    public void It_draws_and_it_says_what_it_cannot_do()
    {
        string file = $"/tmp/nfqlb-simulate-{Guid.NewGuid():n}.svg";
        try
        {
            string text = Run($"simulate --targets=10 --balancers=3 --lagging=1 --svg={file} down=t3 weight=t1:4");
            Assert.Contains("3 balancers of which 1 lag", text);
            Assert.Contains("█", text);
            Assert.Equal("svg", XDocument.Parse(File.ReadAllText(file)).Root!.Name.LocalName);
        }
        finally
        {
            File.Delete(file);
        }
        Refuse("simulate", "targets");
        Refuse("simulate --targets=10001", "targets");
        Refuse("simulate --targets=a,a", "twice");
        Refuse("simulate --targets=a:x", "targets", "a:x");
        Refuse("simulate --targets=2 gone=t1", "gone=t1");
        Refuse("simulate --targets=2 down=t3", "t3");
        Refuse("simulate --targets=2 --balancers=2 --lagging=2", "lagging");
        Refuse("simulate --targets=2 --svg=/nowhere/x.svg", "svg", "/nowhere/x.svg");
        Refuse("simulate --targets=100 --M=50", "N can't be larger than M");
    }

    /// <summary>Connections of a capture, of which one has answers in it and none counts twice.</summary>
    [KernelFact]
    public void Connections_of_a_capture_are_taken_and_a_drain_is_foretold()
    {
        string file = _sandbox.PathInSharedMemory("day.pcap");
        var packets = Enumerable.Range(1, 500).Select(port => Tcp((ushort)port, 80, client: 1, server: 2));
        PcapFile.Write(file, [.. packets, .. packets, Tcp(80, 7, client: 2, server: 1)]);

        var said = JsonDocument.Parse(Run(
            "simulate --targets=4 --pcap=/dev/shm/day.pcap --mean-seconds=10 --drain-seconds=30 --balancers=3 "
            + "--lagging=1 --output=json weight=t1:3")).RootElement;
        JsonElement change = said.GetProperty("steps")[1];
        int broken = change.GetProperty("connections_broken").GetInt32();

        Assert.Equal(500, said.GetProperty("connections").GetInt32());
        Assert.InRange(broken, 75, 200); // a quarter, as drawing lots goes
        Assert.Equal(Math.Round(broken * Math.Exp(-3)), change.GetProperty("broken_with_drain").GetInt32());
        Assert.Equal(3 * broken, change.GetProperty("remembered_by_drain").GetInt32());
        Refuse("simulate --targets=4 --pcap=/dev/shm/day.pcap --connections=7", "connections", "pcap");
        Refuse("simulate --targets=4 --drain-seconds=7", "mean-seconds");
        Refuse("simulate --targets=4 --pcap=/nowhere/x.pcap", "pcap", "/nowhere/x.pcap");
        File.WriteAllText(file, "no capture at all");
        Refuse("simulate --targets=4 --pcap=/dev/shm/day.pcap", "pcap", "neither pcap nor pcapng");
    }

    private static byte[] Tcp(ushort source, ushort destination, byte client, byte server) =>
    [
        0x45, 0, 0, 40, 0, 0, 0, 0, 64, 6, 0, 0, 10, 0, 0, client, 10, 0, 0, server,
        (byte)(source >> 8), (byte)source, (byte)(destination >> 8), (byte)destination, .. new byte[8],
        0x50, 0x10, 0, 0, 0, 0, 0, 0,
    ];

    private static int[] Entries(JsonElement pool) =>
        [.. pool.GetProperty("targets").EnumerateArray().Select(target => target.GetProperty("entries").GetInt32())];

    private string Run(string words) => _balancer.Nfqlb(words.Split(' ')).MustSucceed().Stdout;

    private void Refuse(string words, params string[] names) =>
        Complaint.Check(_balancer.Nfqlb(words.Split(' ')), names);
}
