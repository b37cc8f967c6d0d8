using System.Diagnostics;
using System.Net;
using Nfqlb.Checks;
using Nfqlb.Linux.Probes;
using Nfqlb.Linux.Tests.Support;
using Nfqlb.Packets;

namespace Nfqlb.Linux.Tests.Probes;

/// <summary>Checks over SCTP of targets that answer by a raw socket, as the kernel may not know SCTP.</summary>
public sealed class SctpSessionTests
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(5);

    [KernelTheory]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    public void An_INIT_ACK_passes_and_is_followed_by_an_ABORT(string address) => OnLoopback(prober =>
    {
        using var peer = new SctpPeer(address, SctpPeer.Accepts);
        Assert.Equal((CheckOutcome.Passed, ""), Ask(prober, address, Long));
        byte[]? abort = null;
        Assert.True(SpinWait.SpinUntil(() => peer.Others.TryDequeue(out abort), Long));
        Assert.Equal("feedbeef", Convert.ToHexStringLower(abort.AsSpan(4, 4)));
        Assert.Equal("06000004", Convert.ToHexStringLower(abort.AsSpan(12)));
    });

    [KernelTheory]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    public void An_ABORT_fails(string address) => OnLoopback(prober =>
    {
        using var peer = new SctpPeer(address, SctpPeer.Refuses);
        Assert.Equal((CheckOutcome.Failed, "Association refused"), Ask(prober, address, Long));
        Assert.Empty(peer.Others);
    });

    /// <summary>Each cut of an answer, another tag, another checksum, and a good answer by somebody else.</summary>
    [KernelFact]
    public void What_is_not_an_answer_is_silence() => OnLoopback(prober =>
    {
        using var peer = new SctpPeer("127.0.0.1", init =>
        {
            byte[] good = SctpPeer.Accepts(init).Single();
            byte[] otherTag = [.. init];
            otherTag[16] ^= 1;
            byte[] damaged = [.. good];
            damaged[8] ^= 1;
            return
            [
                .. Enumerable.Range(1, good.Length - 1).Select(length => good[..length]),
                SctpPeer.Accepts(otherTag).Single(), SctpPeer.Refuses(otherTag).Single(), damaged,
            ];
        });
        Assert.Equal((CheckOutcome.TimedOut, "no answer in time"), Ask(prober, "127.0.0.1", Short));

        // Who answers for another address is not the one that was asked.
        using var forger = SctpPeer.Open(IPAddress.Parse("127.0.0.9"));
        using var asked = new SctpPeer("127.0.0.4", init =>
        {
            forger.SendTo(SctpPeer.Accepts(init).Single(), new IPEndPoint(IPAddress.Loopback, 0));
            return [];
        });
        Assert.Equal(CheckOutcome.TimedOut, Ask(prober, "127.0.0.4", Short).Outcome);
    });

    [KernelFact]
    public void Many_at_once_are_told_apart() => OnLoopback(prober =>
    {
        using var peer = new SctpPeer("127.0.0.1", SctpPeer.Accepts);
        using var closed = new SctpPeer("127.0.0.2", SctpPeer.Refuses);
        for (int round = 0; round < 3; round++)
        {
            for (int key = 0; key < Prober.MostRunning; key++)
            {
                prober.Start(key, Probe($"127.0.0.{1 + key % 2}", Long));
            }
            var answers = new List<ProbeAnswer>();
            while (answers.Count < Prober.MostRunning)
            {
                prober.Wait(prober.Now + Long, answers);
            }
            Assert.All(answers, answer => Assert.Equal(
                answer.Key % 2 == 0 ? CheckOutcome.Passed : CheckOutcome.Failed, answer.Result.Outcome));
        }
    });

    /// <summary>Of hosts without SCTP, and of firewalls: the reason is the kernel's, and it is the right check's.
    /// </summary>
    [KernelTheory]
    [InlineData("192.0.2.2", "192.0.2.3")]
    [InlineData("2001:db8::2", "2001:db8::3")]
    public void An_error_that_comes_back_fails_the_check_that_it_is_about(string dead, string silent) =>
        NetworkNamespace.Run(() =>
        {
            using var other = Process.Start(new ProcessStartInfo("unshare", ["-n", "sleep", "30"]))!;
            try
            {
                NetworkNamespace.Shell($"""
                    until [ "$(readlink /proc/{other.Id}/ns/net)" != "$(readlink /proc/$$/ns/net)" ]; do :; done
                    ip link add v0 type veth peer name v1 netns {other.Id}
                    ip link set v0 up
                    ip addr add 192.0.2.1/24 dev v0
                    ip addr add 2001:db8::1/64 dev v0 nodad
                    nsenter -t {other.Id} -n sh -euc '
                        ip link set v1 up
                        ip addr add 192.0.2.2/24 dev v1
                        ip addr add 2001:db8::2/64 dev v1 nodad'
                    ip neigh add 192.0.2.3 lladdr 02:00:00:00:00:03 dev v0
                    ip neigh add 2001:db8::3 lladdr 02:00:00:00:00:03 dev v0
                    """);
                using var prober = new Prober();
                prober.Start(1, Probe(silent, Long));
                var answers = new List<ProbeAnswer>();
                prober.Start(2, Probe(dead, Long));
                prober.Wait(prober.Now + Long, answers);
                var answer = Assert.Single(answers);
                Assert.Equal((2, CheckOutcome.Failed), (answer.Key, answer.Result.Outcome));
                Assert.Contains(
                    answer.Result.Reason,
                    (string[])["Protocol not available", "Protocol error", "Association refused"]);

                // What came back for one is not taken for the next one's.
                Assert.Equal(CheckOutcome.TimedOut, Ask(prober, silent, Short).Outcome);
            }
            finally
            {
                other.Kill();
                other.WaitForExit();
            }
        });

    [KernelFact]
    public void Without_the_right_to_it_nothing_is_said_of_the_target() => NetworkNamespace.Run(() =>
    {
        using var prober = new Prober();
        Capability.DropAll();
        Assert.Equal(
            (CheckOutcome.Inconclusive, "not allowed to send SCTP: CAP_NET_RAW is needed"),
            Ask(prober, "127.0.0.1", Long));
    });

    /// <summary>The mark leads the packets: without it there is no way.</summary>
    [KernelFact]
    public void A_check_goes_the_way_of_its_mark() => NetworkNamespace.Run(() =>
    {
        NetworkNamespace.Shell("""
            ip link set lo up
            ip link add v0 type veth peer name v1
            ip link set v0 up && ip link set v1 up
            ip addr add 192.0.2.1/24 dev v0
            ip route add 203.0.113.0/24 dev v0 table 7
            ip rule add fwmark 7 lookup 7
            """);
        using var prober = new Prober();
        Assert.Equal("Network is unreachable", Ask(prober, "203.0.113.1", Short, mark: 8).Reason);
        Assert.Equal("no answer in time", Ask(prober, "203.0.113.1", Short, mark: 7).Reason);
    });

    private static void OnLoopback(Action<Prober> test) => NetworkNamespace.Run(() =>
    {
        NetworkNamespace.Shell("ip link set lo up");
        using var prober = new Prober();
        test(prober);
    });

    private static TargetProbe Probe(string address, TimeSpan timeout, int mark = 1) => new(
        new CheckQuestion(CheckKind.Sctp) { Port = SctpPeer.Port },
        Address.TryParse(address, out var parsed) ? parsed : default, new(mark), timeout);

    /// <remarks>Where the machine was too busy for this process to look in time, once more.</remarks>
    private static (CheckOutcome Outcome, string Reason) Ask(
        Prober prober, string address, TimeSpan timeout, int mark = 1)
    {
        for (int tries = 1;; tries++)
        {
            prober.Start(5, Probe(address, timeout, mark));
            var answers = new List<ProbeAnswer>();
            while (!answers.Exists(answer => answer.Key == 5))
            {
                prober.Wait(prober.Now + Long, answers);
            }
            var result = answers.Single(answer => answer.Key == 5).Result;
            if (tries == 5 || !result.Reason.StartsWith("this process was late", StringComparison.Ordinal))
            {
                return (result.Outcome, result.Reason);
            }
        }
    }
}
