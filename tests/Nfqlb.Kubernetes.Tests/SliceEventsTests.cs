using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Nfqlb.Kubernetes.Tests.Api;
using Nfqlb.Kubernetes.Wire;
using Nfqlb.Planning.Kubernetes;

namespace Nfqlb.Kubernetes.Tests;

public class SliceEventsTests
{
    private static readonly Dictionary<string, EndpointSlice> Nothing = [];

    /// <summary>Whatever happens to a slice, what is read is what the library for JSON reads of the whole line, and
    /// endpoints that stay are the objects that they were.</summary>
    [Fact]
    public void An_event_is_read_as_a_whole_and_what_stays_is_the_same_object()
    {
        int seed = Environment.TickCount;
        var random = new Random(seed);
        var known = new Dictionary<string, EndpointSlice>();
        int number = 0, kept = 0;
        JsonObject New() => ApiObjects.Endpoint($"pod-{++number} \"ü\"", $"10.0.{number >> 8}.{number & 255}");
        var slice = ApiObjects.Slice("shop-1", "shop", "IPv4", [.. Enumerable.Range(0, 20).Select(_ => New())]);
        var endpoints = (JsonArray)slice["endpoints"]!;
        for (int round = 0; round < 500; round++)
        {
            string[] before = [.. endpoints.Select(one => one!.ToJsonString())];
            int at = random.Next(endpoints.Count);
            switch (endpoints.Count == 0 ? 0 : random.Next(5))
            {
                case 0:
                    endpoints.Insert(at, New());
                    break;
                case 1:
                    endpoints.RemoveAt(at);
                    break;
                case 2:
                    endpoints[at] = New();
                    break;
                case 3:
                    endpoints[at]!["conditions"]!["ready"] = random.Next(2) == 0;
                    break;
                default:
                    slice["metadata"]!["labels"]!["round"] = $"{round}";
                    break;
            }
            slice["metadata"]!["resourceVersion"] = $"{round}";
            string line = ScriptedApi.Event("MODIFIED", slice);
            line = round % 3 == 0 ? JsonNode.Parse(line)!.ToJsonString(new() { WriteIndented = true }) : line;
            var told = SliceEvents.Read(Encoding.UTF8.GetBytes(line.Replace('\n', ' ')), known);
            Assert.Equal("MODIFIED", told.Type);
            var whole = JsonSerializer.Deserialize<EndpointSlice>(slice, JsonSerializerOptions.Web)!;
            Assert.True(Words(whole) == Words(told.Object!), $"seed {seed}, round {round}");
            if (round % 3 == 2) // Written as the round before.
            {
                int stay = endpoints.Count(one => before.Contains(one!.ToJsonString()));
                int same = told.Object!.Endpoints!.Intersect(
                    known["shop-1"].Endpoints!, ReferenceEqualityComparer.Instance).Count();
                Assert.True(stay == same, $"seed {seed}, round {round}: {stay} stay, {same} are the same");
                kept += same;
            }
            known["shop-1"] = told.Object!;
        }
        Assert.True(kept > 0);
    }

    [Fact]
    public void Endpoints_of_another_family_or_slice_are_read_anew()
    {
        var slice = ApiObjects.Slice("shop-1", "shop", "IPv4", ApiObjects.Endpoint("a", "10.0.0.1"));
        EndpointSlice Read(Dictionary<string, EndpointSlice> known) =>
            SliceEvents.Read(Encoding.UTF8.GetBytes(ScriptedApi.Event("MODIFIED", slice)), known).Object!;
        var first = Read(Nothing);
        Assert.Same(first.Endpoints![0], Read(new() { ["shop-1"] = first }).Endpoints![0]);
        Assert.NotSame(first.Endpoints[0], Read(new() { ["shop-2"] = first }).Endpoints![0]);
        slice["addressType"] = "IPv6";
        Assert.NotSame(first.Endpoints[0], Read(new() { ["shop-1"] = first }).Endpoints![0]);
    }

    /// <summary>Properties come in any order, twice, as null, and with others that nobody knows.</summary>
    [Theory]
    [InlineData("""{"object":{"endpoints":[{"addresses":["10.0.0.1"]}],"metadata":{"name":"a"}},"type":"ADDED"}""")]
    [InlineData("""{"type":"ADDED","object":{"metadata":{"name":"a"},"endpoints":null,"ports":null,"x":[{"y":[]}]}}""")]
    [InlineData("""{"type":"ADDED","object":{"endpoints":[{}],"endpoints":[ {} , {"x":"]"} ],"addressType":"IPv4"}}""")]
    [InlineData("""{"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"12","annotations":{"a":"b"}}},"x":1}""")]
    [InlineData("""{"type":"ERROR","object":{"kind":"Status","metadata":{},"message":"gone","code":410}}""")]
    [InlineData("""{"type":null,"object":null}""")]
    [InlineData("""{}""")]
    public void Any_event_is_read_as_the_library_reads_it(string line)
    {
        var told = SliceEvents.Read(Encoding.UTF8.GetBytes(line), Nothing);
        var whole = JsonSerializer.Deserialize<WatchEvent<EndpointSlice>>(line, JsonSerializerOptions.Web)!;
        Assert.Equal(whole.Type, told.Type);
        Assert.Equal(whole.Object is null, told.Object is null);
        Assert.Equal(whole.Object is null ? "" : Words(whole.Object), told.Object is null ? "" : Words(told.Object));
    }

    [Theory]
    [InlineData("""null""")]
    [InlineData("""[]""")]
    [InlineData("""{"type":5,"object":{}}""")]
    [InlineData("""{"type":"ADDED","object":[]}""")]
    [InlineData("""{"type":"ADDED","object":{"metadata":5}}""")]
    [InlineData("""{"type":"ADDED","object":{"endpoints":{}}}""")]
    [InlineData("""{"type":"ADDED","object":{"endpoints":[{},]}}""")]
    [InlineData("""{"type":"ADDED","object":{"endpoints":[{}{}]}}""")]
    [InlineData("""{"type":"ADDED","object":{"endpoints":[null]}}""")]
    [InlineData("""{"type":"ADDED","object":{"endpoints":[{"addresses":5}]}}""")]
    [InlineData("""{"type":"ADDED","object":{"endpoints":[{}]""")]
    [InlineData("""{"type":"ADDED","object":{"endpoints":[{"addr""")]
    [InlineData("""{"type":"ADDED","object":{"endpoints":[{}]}}}""")]
    [InlineData("""{"type":"ADDED","object":{}} {}""")]
    [InlineData("""{"type":"ADDED" "object":{}}""")]
    public void What_is_no_event_is_refused(string line) =>
        Assert.ThrowsAny<JsonException>(() => SliceEvents.Read(Encoding.UTF8.GetBytes(line), Nothing));

    private static string Words(EndpointSlice slice) => JsonSerializer.Serialize(slice, JsonSerializerOptions.Web);
}
