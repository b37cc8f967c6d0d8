namespace Nfqlb.EndToEnd.Fleet;

/// <summary>BIRD's configurations: a balancer's as docs/announce.md has it, and the router's.</summary>
internal static class FleetRouting
{
    /// <summary>The table that balancers announce by.</summary>
    public const int Table = 4000;

    /// <summary>Two sessions, one for each family.</summary>
    public static string OfBalancer(int number) => $$"""
        router id 10.2.0.{{10 + number}};
        ipv4 table vips4;
        ipv6 table vips6;
        protocol device {}
        protocol kernel {
          kernel table {{Table}}; learn; scan time 5; netlink rx buffer 8388608;
          ipv4 { table vips4; import where krt_source = 79; export none; };
        }
        protocol kernel {
          kernel table {{Table}}; learn; scan time 5;
          ipv6 { table vips6; import where krt_source = 79; export none; };
        }
        {{Session($"10.1.{number}.2", 65001, $"10.1.{number}.1", 65000,
            "ipv4 { table vips4; import none; export all; };")}}
        {{Session($"fd00:1:{number}::2", 65001, $"fd00:1:{number}::1", 65000,
            "ipv6 { table vips6; import none; export all; };")}}
        """;

    /// <summary>All that balancers announce, spread over those that do.</summary>
    public static string OfRouter()
    {
        var sessions = Enumerable.Range(1, FleetNetwork.BalancerCount).Select(i =>
            Session($"10.1.{i}.1", 65000, $"10.1.{i}.2", 65001, "ipv4 { import all; export none; };")
            + Session($"fd00:1:{i}::1", 65000, $"fd00:1:{i}::2", 65001, "ipv6 { import all; export none; };"));
        return $$"""
            router id 10.2.0.1;
            protocol device {}
            protocol kernel { merge paths yes limit 16; ipv4 { import none; export where source = RTS_BGP; }; }
            protocol kernel { merge paths yes limit 16; ipv6 { import none; export where source = RTS_BGP; }; }
            {{string.Concat(sessions)}}
            """;
    }

    private static string Session(string own, int ownNumber, string peer, int peerNumber, string channel) => $$"""
        protocol bgp {
          local {{own}} as {{ownNumber}};
          neighbor {{peer}} as {{peerNumber}};
          hold time 9; connect retry time 1; connect delay time 1; error wait time 1, 2;
          {{channel}}
        }

        """;
}
