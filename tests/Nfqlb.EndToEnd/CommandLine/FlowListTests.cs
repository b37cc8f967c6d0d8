using System.Text.Json;
using Nfqlb.EndToEnd.Lab;

namespace Nfqlb.EndToEnd.CommandLine;

/// <summary>What metrics exporters read once a scrape: JSON, however much there is of it.</summary>
[BesideOthers]
public sealed class FlowListTests(RunningFlowlb flowlb) : IClassFixture<RunningFlowlb>
{
    private const int FlowCount = 200;

    [KernelFact]
    public void Lists_hundreds_of_flows_by_priority_as_valid_json()
    {
        string ports = string.Join(',', Enumerable.Range(0, 200).Select(i => $"{1000 + 10 * i}-{1005 + 10 * i}"));
        flowlb.Balancer.Host.Shell($$"""
            for ((i = 1; i <= {{FlowCount}}; i++)); do
                {{Executables.Nfqlb}} flow-set --name=flow-$i --target=lb-1 --prio=$((i % 7)) --protocols=tcp,sctp \
                    --dports={{ports}} --dsts=10.0.$i.0/24,2001:db8:$i::/48 \
                    --match='tcp[0:2] & 0xff00 = 0x1300'
            done
            """);

        JsonElement[] flows = [.. JsonDocument.Parse(flowlb.Nfqlb("flow-list").MustSucceed().Stdout)
            .RootElement.EnumerateArray()];

        Assert.Equal(FlowCount, flows.Length);
        Assert.Equal(FlowCount, flows.Select(flow => flow.GetProperty("name").GetString()).Distinct().Count());
        int[] priorities = [.. flows.Select(flow => flow.GetProperty("priority").GetInt32())];
        Assert.Equal(priorities.OrderDescending(), priorities);
        Assert.All(flows, flow =>
        {
            Assert.Equal("lb-1", flow.GetProperty("user_ref").GetString());
            Assert.Equal(0, flow.GetProperty("matches_count").GetInt64());
            Assert.Equal(200, flow.GetProperty("dports").GetArrayLength());
        });
        string[] names = JsonSerializer.Deserialize<string[]>(flowlb.Nfqlb("flow-list-names").MustSucceed().Stdout)!;
        Assert.Equal(flows.Select(flow => flow.GetProperty("name").GetString()), names);
    }
}
