using System.Net;
using System.Net.Sockets;
using System.Text;
using Nfqlb.Checks;
using Nfqlb.Flows;
using Nfqlb.Linux.Netlink.Routing;
using Nfqlb.Linux.Probes;
using Nfqlb.Packets;
using Nfqlb.Routing;

namespace Nfqlb.Linux.Tests.Probes;

/// <summary>Checks of real servers on loopback. A mark needs CAP_NET_ADMIN.</summary>
public sealed class ProberTests : IDisposable
{
    private const string Loopback = "127.0.0.1";

    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(10);

    private readonly Prober _prober = new();

    public void Dispose() => _prober.Dispose();

    [KernelTheory]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    public void A_connection_that_is_accepted_passes_and_one_that_is_refused_fails(string address)
    {
        using var server = new TcpListener(IPAddress.Parse(address), 0);
        server.Start();
        var question = new CheckQuestion(CheckKind.Tcp) { Port = PortOf(server.LocalEndpoint) };
        Assert.Equal(CheckOutcome.Passed, Ask(question, Long, address).Outcome);
        server.Stop();
        var refused = Ask(question, Long, address);
        Assert.Equal((CheckOutcome.Failed, "Connection refused"), (refused.Outcome, refused.Reason));
    }

    [KernelFact]
    public void Silence_times_out_and_an_address_without_a_route_fails_at_once()
    {
        using var server = new TcpListener(IPAddress.Loopback, 0);
        server.Start();
        var question = new CheckQuestion(CheckKind.Http) { Port = PortOf(server.LocalEndpoint) };
        var silent = Ask(question, Short);
        Assert.Equal((CheckOutcome.TimedOut, "no answer in time"), (silent.Outcome, silent.Reason));
        Assert.InRange(silent.Latency, Short, 3 * Short);
        Support.NetworkNamespace.Run(() =>
        {
            using var prober = new Prober();
            var nowhere = Ask(prober, question, Long, "192.0.2.1");
            Assert.Equal((CheckOutcome.Failed, "Network is unreachable"), (nowhere.Outcome, nowhere.Reason));
        });
    }

    /// <summary>Packets of clients end there as well: no such target may be called good.</summary>
    [KernelTheory]
    [InlineData(RouteType.Blackhole)]
    [InlineData(RouteType.Unreachable)]
    [InlineData(RouteType.Prohibit)]
    public void A_route_that_drops_fails_the_target(RouteType type) => Support.NetworkNamespace.Run(() =>
    {
        using var socket = RoutingSocket.Open();
        var batch = new RoutingBatch();
        batch.Add(new Route(
            IpFamily.Ipv4, RoutingTable.Main, type, new Cidr(Address.FromIpv4(0xc0000201), 128)));
        socket.Apply(batch).Single().ThrowOnError();
        using var prober = new Prober();
        foreach (var kind in (CheckKind[])[CheckKind.Tcp, CheckKind.Http, CheckKind.Udp])
        {
            var question = new CheckQuestion(kind) { Port = 80 };
            Assert.Equal(CheckOutcome.Failed, Ask(prober, question, Long, "192.0.2.1").Outcome);
        }
    });

    [KernelTheory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "", CheckOutcome.Passed, "")]
    [InlineData("HTTP/1.1 200 OK\r\n\r\nall is well", "well", CheckOutcome.Passed, "")]
    [InlineData("HTTP/1.1 200 OK\r\n\r\nlost", "well", CheckOutcome.Failed, "the body is not the right one")]
    [InlineData("HTTP/1.1 503 No\r\n\r\n", "", CheckOutcome.Failed, "status 503")]
    [InlineData("", "", CheckOutcome.Failed, "no HTTP answer")]
    public void A_page_is_asked_for_and_judged(string answer, string body, CheckOutcome outcome, string reason)
    {
        using var server = new TcpListener(IPAddress.Loopback, 0);
        server.Start();
        var served = Task.Run(async () =>
        {
            using var client = await server.AcceptTcpClientAsync();
            byte[] request = new byte[1024];
            int length = await client.GetStream().ReadAsync(request);
            await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(answer));
            return Encoding.ASCII.GetString(request, 0, length);
        });
        var result = Ask(
            new CheckQuestion(CheckKind.Http) { Port = PortOf(server.LocalEndpoint), Path = "/up", Body = body }, Long);
        Assert.Equal((outcome, reason), (result.Outcome, result.Reason));
        Assert.StartsWith("GET /up HTTP/1.1\r\nHost: 127.0.0.1:", served.Result);
    }

    [KernelTheory]
    [InlineData("ping", "pong", "pong and more", CheckOutcome.Passed, "")]
    [InlineData("hex:00ff", "hex:01", "\u0001", CheckOutcome.Passed, "")]
    [InlineData("ping", "pong", "gnop", CheckOutcome.Failed, "the answer is not the right one")]
    [InlineData("ping", "pong", null, CheckOutcome.TimedOut, "no answer in time")]
    [InlineData("ping", null, "anything", CheckOutcome.Passed, "")]
    [InlineData("ping", null, null, CheckOutcome.Passed, "")]
    public void A_datagram_is_answered(
        string payload, string? wanted, string? answer, CheckOutcome outcome, string reason)
    {
        using var server = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        var served = Task.Run(async () =>
        {
            var request = await server.ReceiveAsync();
            if (answer is not null)
            {
                await server.SendAsync(Encoding.ASCII.GetBytes(answer), request.RemoteEndPoint);
            }
            return request.Buffer;
        });
        var question = new CheckQuestion(CheckKind.Udp)
        {
            Port = PortOf(server.Client.LocalEndPoint!),
            Payload = Bytes(payload),
            Answer = wanted is null ? null : Bytes(wanted),
        };
        var result = Ask(question, answer is null ? Short : Long);
        Assert.Equal((outcome, reason), (result.Outcome, result.Reason));
        Assert.Equal(Bytes(payload).Bytes, served.Result);
    }

    [KernelFact]
    public void A_port_that_refuses_datagrams_fails_though_no_answer_is_asked_for()
    {
        using var server = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        var question = new CheckQuestion(CheckKind.Udp) { Port = PortOf(server.Client.LocalEndPoint!) };
        server.Close();
        Assert.Equal(("Connection refused", CheckOutcome.Failed), Words(Ask(question, Long)));
    }

    [KernelTheory]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    public void A_ping_is_answered_or_not(string address)
    {
        var question = new CheckQuestion(CheckKind.Icmp);
        Assert.Equal(("", CheckOutcome.Passed), Words(Ask(question, Long, address)));
        Support.NetworkNamespace.Run(() =>
        {
            Support.NetworkNamespace.Shell("""
                ip link set lo up
                ip link add v0 type veth peer name v1
                ip link set v0 up && ip link set v1 up
                ip addr add 192.0.2.1/24 dev v0
                ip neigh add 192.0.2.9 lladdr 02:00:00:00:00:09 dev v0
                """);
            using var prober = new Prober();
            Assert.Equal(("", CheckOutcome.Passed), Words(Ask(prober, question, Long, "127.0.0.1")));
            Assert.Equal(
                ("no answer in time", CheckOutcome.TimedOut), Words(Ask(prober, question, Short, "192.0.2.9")));
        });
    }

    /// <summary>A host that is switched off refuses nothing, and is not good for it.</summary>
    [KernelFact]
    public void A_next_hop_that_is_not_there_fails_though_no_answer_is_asked_for() => Support.NetworkNamespace.Run(() =>
    {
        Support.NetworkNamespace.Shell("""
            ip link add v0 type veth peer name v1
            ip link set v0 up && ip link set v1 up
            ip addr add 192.0.2.1/24 dev v0
            ip addr add 2001:db8::1/64 dev v0 nodad
            ip neigh add 192.0.2.9 lladdr 02:00:00:00:00:09 dev v0
            ip neigh add 2001:db8::9 lladdr 02:00:00:00:00:09 dev v0
            """);
        using var prober = new Prober();
        var question = new CheckQuestion(CheckKind.Udp) { Port = 53, Payload = Bytes("ping") };
        foreach (string network in (string[])["192.0.2.", "2001:db8::"])
        {
            Assert.Equal(("", CheckOutcome.Passed), Words(Ask(prober, question, Short, network + "9")));
            Assert.Equal(
                ("it could not be sent: the next hop is not found", CheckOutcome.Failed),
                Words(Ask(prober, question, Short, network + "8")));
        }
    });

    /// <summary>The mark leads the packets, and not only in name: without it there is no way.</summary>
    [KernelFact]
    public void A_check_goes_the_way_of_its_mark() => Support.NetworkNamespace.Run(() =>
    {
        Support.NetworkNamespace.Shell("""
            ip link add v0 type veth peer name v1
            ip link set v0 up && ip link set v1 up
            ip addr add 192.0.2.1/24 dev v0
            ip route add 203.0.113.0/24 dev v0 table 7
            ip rule add fwmark 7 lookup 7
            """);
        using var prober = new Prober();
        var question = new CheckQuestion(CheckKind.Tcp) { Port = 80 };
        Assert.Equal("Network is unreachable", Ask(prober, question, Short, "203.0.113.1", mark: 8).Reason);
        Assert.Equal("no answer in time", Ask(prober, question, Short, "203.0.113.1", mark: 7).Reason);
    });

    /// <summary>No TIME_WAIT of so many connections is left on either side.</summary>
    [KernelFact]
    public void Nothing_of_a_connection_is_left() => Support.NetworkNamespace.Run(() =>
    {
        Support.NetworkNamespace.Shell("ip link set lo up");
        using var server = new TcpListener(IPAddress.Loopback, 0);
        server.Start(backlog: 1024);
        using var prober = new Prober();
        var question = new CheckQuestion(CheckKind.Tcp) { Port = PortOf(server.LocalEndpoint) };
        for (int i = 0; i < 100; i++)
        {
            Assert.Equal(CheckOutcome.Passed, Ask(prober, question, Long, Loopback).Outcome);
        }
        Assert.Equal(1, File.ReadLines("/proc/thread-self/net/tcp").Skip(1).Count(line => line.Split(' ',
            StringSplitOptions.RemoveEmptyEntries)[3] is "0A" or "06"));
    });

    [KernelFact]
    public void As_many_run_at_once_as_there_is_room_for()
    {
        using var server = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        var question = new CheckQuestion(CheckKind.Udp) { Port = PortOf(server.Client.LocalEndPoint!) };
        var probe = new TargetProbe(question, AddressOf(Loopback), new(1), Short);
        for (int key = 0; key < Prober.MostRunning; key++)
        {
            Assert.True(_prober.HasRoom);
            _prober.Start(key, probe);
        }
        Assert.False(_prober.HasRoom);
        var answers = new List<ProbeAnswer>();
        while (_prober.Running > 0)
        {
            _prober.Wait(_prober.Now + Long, answers);
        }
        Assert.Equal(Enumerable.Range(0, Prober.MostRunning), answers.Select(answer => answer.Key).Order());
        Assert.All(answers, answer => Assert.Equal(CheckOutcome.Passed, answer.Result.Outcome));
    }

    [KernelFact]
    public void Who_comes_late_to_look_says_nothing_about_the_target()
    {
        using var server = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        var question = new CheckQuestion(CheckKind.Udp)
        {
            Port = PortOf(server.Client.LocalEndPoint!), Answer = Bytes("pong"),
        };
        _prober.Start(1, new TargetProbe(question, AddressOf(Loopback), new(1), Short));
        Thread.Sleep(Short / 2); // and looks again before the time is over
        var answers = new List<ProbeAnswer>();
        _prober.Wait(_prober.Now + Long, answers);
        var result = Assert.Single(answers).Result;
        Assert.Equal(CheckOutcome.Inconclusive, result.Outcome);
        Assert.StartsWith("this process was late by 1", result.Reason);
    }

    [Fact]
    public void It_wakes_and_it_returns_in_time()
    {
        var answers = new List<ProbeAnswer>();
        _prober.Wake();
        var before = _prober.Now;
        _prober.Wait(before + Long, answers);
        Assert.True(_prober.Now - before < Long);
        before = _prober.Now;
        _prober.Wait(before + Short, answers);
        Assert.True(_prober.Now - before >= Short);
        Assert.Empty(answers);
    }

    private static (string, CheckOutcome) Words(CheckResult result) => (result.Reason, result.Outcome);

    private static Payload Bytes(string text) => Payload.TryParse(text, out var payload, out _) ? payload : null!;

    private static Address AddressOf(string text) => Address.TryParse(text, out var address) ? address : default;

    private static ushort PortOf(EndPoint endPoint) => (ushort)((IPEndPoint)endPoint).Port;

    private CheckResult Ask(CheckQuestion question, TimeSpan timeout, string address = Loopback) =>
        Ask(_prober, question, timeout, address);

    private static CheckResult Ask(
        Prober prober, CheckQuestion question, TimeSpan timeout, string address, int mark = 1)
    {
        prober.Start(5, new TargetProbe(question, AddressOf(address), new(mark), timeout));
        var answers = new List<ProbeAnswer>();
        prober.Wait(prober.Now + 2 * Long, answers);
        Assert.Equal(5, Assert.Single(answers).Key);
        return answers[0].Result;
    }
}
