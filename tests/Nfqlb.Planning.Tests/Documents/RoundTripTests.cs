using System.Text;
using Nfqlb.Flows;
using Nfqlb.Maglev;
using Nfqlb.Packets;
using Nfqlb.Planning.Documents;
using Nfqlb.Planning.Model;
using Nfqlb.Planning.Tests.Support;
using Nfqlb.Tests.Support;

namespace Nfqlb.Planning.Tests.Documents;

/// <summary>What is written is read again as what it was, in every notation.</summary>
public class RoundTripTests
{
    private const int Rounds = 500;

    public static TheoryData<string> Notations => ["yaml", "json", "stored"];

    [Theory, MemberData(nameof(Notations))]
    public void What_was_written_is_read_as_what_it_was(string notation) => Seeded.Run(random =>
    {
        for (int i = 0; i < Rounds; i++)
        {
            var state = new RandomState(random).Next();
            string written = Write(state, notation);
            Assert.Empty(DesiredStateCheck.Diagnostics(state).Select(diagnostic => $"{diagnostic}\n{written}"));
            string wanted = Spelled.Out(state);
            string read = Spelled.Out(Read(written, notation));
            Assert.True(wanted == read, $"{wanted}\nis written as\n{written}\nand read as\n{read}");
        }
    });

    [Fact]
    public void Two_states_that_differ_are_spelled_differently() => Seeded.Run(random =>
    {
        var state = new RandomState(random).Next();
        string other = Spelled.Out(state with { Queues = state.Queues with { IsByCpu = !state.Queues.IsByCpu } });
        Assert.NotEqual(Spelled.Out(state), other);
    });

    [Fact]
    public void Nothing_asked_for_is_written_too() =>
        Assert.Equal(
            """
            rules: tree
            queues:
              range: "0:3"
              fanout: false
              bypass: false
              notrack: false

            """,
            Document.ToYaml(DesiredState.Empty));

    [Fact]
    public void What_people_read_is_laid_out_for_them()
    {
        var block = new Cidr(Address.FromIpv4(0x0a00_0000), 120);
        var state = DesiredState.Empty with
        {
            Vips =
            [
                .. Enumerable.Range(1, 8).Select(i => new DesiredVip(new Cidr(Address.FromIpv4((uint)i << 24), 104))),
            ],
            Pools =
            [
                new DesiredPool(new PoolName("lb"), new(new PoolSize(997, 10)), new(0))
                {
                    Targets =
                    [
                        new DesiredTarget
                        {
                            Name = "no",
                            Slot = 3,
                            Mark = new(7),
                            Via4 = Address.FromIpv4(0x0a00_0001),
                            Via6 = new(1, 1),
                        },
                    ],
                },
            ],
            Flows =
            [
                new Flow
                {
                    Name = new("f"), Target = new("lb"), Protocols = Protocols.Tcp | Protocols.Udp,
                    Destinations = [block], DestinationPorts = new PortSet([new(80, 80), new(8000, 8080)]),
                },
            ],
        };
        Assert.EndsWith(
            """
            vips:
              - 1.0.0.0/8
              - 2.0.0.0/8
              - 3.0.0.0/8
              - 4.0.0.0/8
              - 5.0.0.0/8
              - 6.0.0.0/8
              - 7.0.0.0/8
              - 8.0.0.0/8
            pools:
              - name: lb
                M: 997
                N: 10
                targets:
                  - name: "no"
                    slot: 3
                    mark: 7
                    via: [10.0.0.1, "::1:0:0:0:1"]
            flows:
              - name: f
                target: lb
                protocols: [tcp, udp]
                dsts: [10.0.0.0/24]
                dports: [80, 8000-8080]

            """,
            Document.ToYaml(state));
    }

    private static string Write(DesiredState state, string notation) => notation switch
    {
        "yaml" => Document.ToYaml(state),
        "json" => Document.ToJson(state),
        _ => Encoding.UTF8.GetString(StoredState.ToBytes(state)),
    };

    private static DesiredState Read(string text, string notation)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        if (notation != "stored")
        {
            return Document.Read("FILE", utf8, SlotsInUse.None);
        }
        Assert.True(StoredState.TryRead(utf8, host: null, out var state, out string reason), reason);
        return state!;
    }
}
