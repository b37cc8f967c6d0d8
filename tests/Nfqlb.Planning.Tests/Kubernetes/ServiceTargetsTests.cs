using Nfqlb.Maglev;
using Nfqlb.Packets;
using Nfqlb.Planning.Kubernetes;
using Nfqlb.Planning.Model;
using Nfqlb.Tests.Support;

namespace Nfqlb.Planning.Tests.Kubernetes;

using Endpoint = Nfqlb.Planning.Kubernetes.Endpoint;

/// <summary>Which targets the endpoints of a Service are.</summary>
public class ServiceTargetsTests
{
    private static readonly KubernetesService Shop = new("web", "shop");

    [Theory]
    [InlineData(null, null, null, "up")]
    [InlineData(true, true, false, "up")]
    [InlineData(false, false, false, "down")]
    [InlineData(false, true, true, "drain")]
    [InlineData(false, false, true, "down")]
    [InlineData(null, null, true, "drain")] // Older than `serving`.
    [InlineData(true, null, true, "drain")]
    public void Conditions_are_states(bool? ready, bool? serving, bool? terminating, string state) => Assert.Equal(
        [$"a 10.0.0.1 {state}"],
        Words(Shop, Slice("IPv4", Endpoint("a", "10.0.0.1", new()
        {
            Ready = ready, Serving = serving, Terminating = terminating,
        }))));

    [Fact]
    public void What_conditions_mean_can_be_said()
    {
        var service = Shop with { Unready = TargetState.Up, Terminating = TargetState.Down };
        var unready = Endpoint("a", "10.0.0.1", new() { Ready = false });
        var ends = Endpoint("b", "10.0.0.2", new() { Ready = false, Serving = true, Terminating = true });
        Assert.Equal(["a 10.0.0.1 up", "b 10.0.0.2 down"], Words(service, Slice("IPv4", unready, ends)));
    }

    [Fact]
    public void Both_families_of_a_pod_are_one_target_and_what_stands_twice_counts_once() => Assert.Equal(
        ["a 10.0.0.1+fd00::1 up", "b fd00::2 up"],
        Words(
            Shop,
            Slice("IPv6", Endpoint("b", "fd00::2"), Endpoint("a", "fd00::1")),
            Slice("IPv4", Endpoint("a", "10.0.0.1")),
            Slice("IPv4", Endpoint("a", "10.0.0.1"))));

    [Fact]
    public void The_one_that_serves_has_the_name_of_one_that_ends()
    {
        var ends = new EndpointConditions { Ready = false, Serving = true, Terminating = true };
        Assert.Equal(
            ["db-0 10.0.0.9 up"],
            Words(
                Shop, Slice("IPv6", Endpoint("db-0", "fd00::1", ends)),
                Slice("IPv4", Endpoint("db-0", "10.0.0.1", ends)),
                Slice("IPv4", Endpoint("db-0", "10.0.0.9", uid: "new"))));
    }

    [Fact]
    public void Of_several_ports_one_is_followed()
    {
        var http = Slice("IPv4", Endpoint("a", "10.0.0.1")) with { Ports = [new() { Name = "http", Port = 8080 }] };
        var admin = Slice("IPv4", Endpoint("b", "10.0.0.2")) with { Ports = [new() { Name = "admin", Port = 9000 }] };
        var any = Slice("IPv4", Endpoint("c", "10.0.0.3"));
        Assert.Equal(["a 10.0.0.1 up", "c 10.0.0.3 up"], Words(Shop with { Port = "http" }, http, admin, any));
        Assert.Equal(["b 10.0.0.2 up", "c 10.0.0.3 up"], Words(Shop with { Port = "9000" }, http, admin, any));
        Assert.Equal(3, Words(Shop, http, admin, any).Length);
    }

    [Theory]
    [InlineData("IPv4", "127.0.0.1")]
    [InlineData("IPv4", "0.0.0.0")]
    [InlineData("IPv4", "fd00::1")]
    [InlineData("IPv6", "10.0.0.1")]
    [InlineData("IPv6", "::")]
    [InlineData("FQDN", "example.org")]
    [InlineData(null, "10.0.0.1")]
    public void What_no_packet_can_be_sent_to_is_no_target(string? type, string address) =>
        Assert.Empty(Words(Shop, Slice(type, Endpoint("a", address))));

    [Fact]
    public void An_endpoint_that_is_no_pod_is_known_by_its_address() => Assert.Equal(
        ["10.0.0.1 10.0.0.1 up"], Words(Shop, Slice("IPv4", new Endpoint { Addresses = ["10.0.0.1", "10.0.0.2"] })));

    [Fact]
    public void A_name_that_is_too_long_for_a_pool_is_cut_and_stays_its_own()
    {
        string one = new string('a', 80) + "1", other = new string('a', 80) + "2";
        var slice = Slice("IPv4", Endpoint(one, "10.0.0.1"), Endpoint(other, "10.0.0.2"));
        var names = ServiceTargets.Of(Shop, [slice], new Dictionary<string, Pod>())
            .Select(target => target.Name).ToList();
        Assert.Equal(2, names.Distinct().Count());
        Assert.All(names, name => Assert.True(TargetName.TryParse(name, out _, out _), name));
    }

    [Theory]
    [InlineData("weight", "3", 3, 0, "up")]
    [InlineData("weight", "0", 0, 0, "up")]
    [InlineData("weight", "heavy", 1, 0, "up")]
    [InlineData("weight", "65536", 1, 0, "up")]
    [InlineData("priority", "1", 1, 1, "up")]
    [InlineData("state", "drain", 1, 0, "drain")]
    [InlineData("state", "down", 1, 0, "down")]
    [InlineData("state", "gone", 1, 0, "up")]
    public void Annotations_say_what_a_document_could(string key, string value, int weight, int priority, string state)
    {
        var pods = new Dictionary<string, Pod> { ["a"] = Annotated("a", $"lb.example.org/{key}", value) };
        var slices = new[] { Slice("IPv4", Endpoint("a", "10.0.0.1")) };
        var target = ServiceTargets.Of(Shop with { Annotations = "lb.example.org" }, slices, pods).Single();
        Assert.Equal(
            (weight, priority, state), (target.Weight, target.Priority, PoolWords.Of(target.State)));
        Assert.Equal("a 10.0.0.1 up", Words(ServiceTargets.Of(Shop, slices, pods)).Single());
    }

    [Fact]
    public void No_annotation_has_one_take_more_than_it_can()
    {
        var pods = new Dictionary<string, Pod> { ["a"] = Annotated("a", "lb/state", "up") };
        var slice = Slice("IPv4", Endpoint("a", "10.0.0.1", new() { Ready = false }));
        var targets = ServiceTargets.Of(Shop with { Annotations = "lb" }, [slice], pods);
        Assert.Equal("a 10.0.0.1 down", Words(targets).Single());
    }

    [Theory]
    [InlineData("""[{"name":"lb/n","ips":["172.16.0.1","fd01::1","172.16.0.2"]}]""", "a 172.16.0.1+fd01::1 up")]
    [InlineData("""[{"name":"lb/other","ips":["172.16.0.1"]},{"name":"lb/n"}]""", null)]
    [InlineData("""[{"name":"lb/n","ips":["127.0.0.1", "x"]}]""", null)]
    [InlineData("""[{"name":"lb/n","ips":[1]}]""", null)]
    [InlineData("""{"name":"lb/n"}""", null)]
    [InlineData("[", null)]
    public void Addresses_of_a_second_network_are_those_of_the_pods_annotation(string status, string? expected)
    {
        var pods = new Dictionary<string, Pod> { ["a"] = Annotated("a", "k8s.v1.cni.cncf.io/network-status", status) };
        var slice = Slice("IPv4", Endpoint("a", "10.0.0.1"), Endpoint("b", "10.0.0.2"));
        var targets = ServiceTargets.Of(Shop with { Network = "lb/n" }, [slice], pods);
        Assert.Equal(expected is null ? [] : [expected], Words(targets));
    }

    /// <summary>Of the same slices, in whatever order and with whatever copies, the same targets.</summary>
    [Fact]
    public void The_order_of_slices_does_not_matter() => Seeded.Run(random =>
    {
        for (int i = 0; i < 300; i++)
        {
            var slices = Enumerable.Range(0, random.Next(1, 8)).Select(_ => RandomSlice(random)).ToArray();
            var expected = Words(Shop, slices);
            Assert.Equal(expected.Select(word => word.Split(' ')[0]).Distinct().Count(), expected.Length);
            EndpointSlice[] others = [.. slices, .. slices.Take(random.Next(3))];
            random.Shuffle(others);
            Assert.Equal(expected, Words(Shop, others));
        }
    });

    /// <summary>What is made of slices one after another is what is made of them at once, and what has not changed is
    /// the same object.</summary>
    [Fact]
    public void Slices_that_come_and_go_leave_what_there_is() => Seeded.Run(random =>
    {
        var service = Shop with { Annotations = "lb", Port = "http" };
        for (int i = 0; i < 30; i++)
        {
            var targets = new ServiceTargets(service);
            var slices = new List<EndpointSlice>();
            var pods = new Dictionary<string, Pod>();
            IReadOnlyList<FoundTarget> before = [];
            for (int step = 0; step < 30; step++)
            {
                var stay = new List<Endpoint>();
                if (slices.Count > 0 && random.Next(2) == 0)
                {
                    var gone = slices[random.Next(slices.Count)];
                    slices.Remove(gone);
                    stay.AddRange(gone.Endpoints!.Where(_ => random.Next(2) == 0));
                }
                if (random.Next(3) > 0)
                {
                    // Some of them are those of a slice of before, perhaps in another family or for another port.
                    var come = RandomSlice(random);
                    slices.Add(come with
                    {
                        Endpoints = [.. come.Endpoints!, .. stay, .. stay.Take(random.Next(2))],
                        Ports = [new() { Name = random.Next(4) == 0 ? "admin" : "http" }],
                    });
                }
                string pod = $"p{random.Next(8)}";
                pods[pod] = Annotated(pod, "lb/weight", $"{random.Next(1, 3)}");
                var now = targets.Of(slices, pods);
                Assert.Equal(ServiceTargets.Of(service, slices, pods), now);
                Assert.All(now, target => Assert.DoesNotContain(
                    before, old => old == target && !ReferenceEquals(old, target)));
                before = now;
            }
        }
    });

    internal static EndpointSlice RandomSlice(Random random)
    {
        bool isIpv4 = random.Next(2) == 0;
        var endpoints = Enumerable.Range(0, random.Next(6)).Select(_ => Endpoint(
            $"p{random.Next(8)}", isIpv4 ? $"10.0.0.{random.Next(1, 12)}" : $"fd00::{random.Next(1, 12)}",
            new()
            {
                Ready = random.Next(3) > 0, Serving = random.Next(2) > 0, Terminating = random.Next(3) == 0,
            },
            $"u{random.Next(2)}"));
        return Slice(isIpv4 ? "IPv4" : "IPv6", [.. endpoints]);
    }

    internal static EndpointSlice Slice(string? type, params Endpoint[] endpoints) =>
        new() { AddressType = type, Endpoints = endpoints };

    internal static Endpoint Endpoint(
        string pod, string address, EndpointConditions? conditions = null, string uid = "u") => new()
    {
        Addresses = [address],
        Conditions = conditions,
        TargetRef = new() { Kind = "Pod", Name = pod, Uid = uid },
    };

    private static Pod Annotated(string name, string key, string value) =>
        new() { Metadata = new() { Name = name, Annotations = new Dictionary<string, string> { [key] = value } } };

    private static string[] Words(KubernetesService service, params EndpointSlice[] slices) =>
        Words(ServiceTargets.Of(service, slices, new Dictionary<string, Pod>()));

    private static string[] Words(IEnumerable<FoundTarget> targets) => [.. targets.Select(target => string.Join(
        ' ', target.Name, string.Join('+', new[] { target.Via4, target.Via6 }.OfType<Address>()
            .Select(address => address.ToPlainString())), PoolWords.Of(target.State)))];
}
