using Nfqlb.EndToEnd.Lab;

namespace Nfqlb.EndToEnd.Fragments;

/// <summary>While it lives, packets to some addresses go to the four queues in turn, not by their addresses.</summary>
internal sealed class SprayedQueues : IDisposable
{
    private readonly NetworkNamespace _host;
    private readonly string[] _addresses;

    public SprayedQueues(NetworkNamespace host, params string[] addresses)
    {
        _host = host;
        _addresses = addresses;
        // Every fourth packet, every third of the rest, every second of the rest, the rest.
        host.Shell(ForEach("""
            {0} -t mangle -N spray
            {0} -t mangle -A spray -m statistic --mode nth --every 4 --packet 0 -j NFQUEUE --queue-num 0
            {0} -t mangle -A spray -m statistic --mode nth --every 3 --packet 0 -j NFQUEUE --queue-num 1
            {0} -t mangle -A spray -m statistic --mode nth --every 2 --packet 0 -j NFQUEUE --queue-num 2
            {0} -t mangle -A spray -j NFQUEUE --queue-num 3
            {0} -t mangle -I PREROUTING -d {1} -j spray

            """));
    }

    public void Dispose() => _host.Shell(ForEach("""
        {0} -t mangle -D PREROUTING -d {1} -j spray
        {0} -t mangle -F spray
        {0} -t mangle -X spray

        """));

    private string ForEach(string script) => string.Concat(_addresses.Select(address =>
        string.Format(script, Testbed.IsIPv6(address) ? "ip6tables" : "iptables", address)));
}
