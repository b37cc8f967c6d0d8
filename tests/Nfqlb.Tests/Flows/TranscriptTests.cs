using Nfqlb.Flows;
using Nfqlb.Maglev;
using Nfqlb.Tests.Support;

namespace Nfqlb.Tests.Flows;

/// <summary>The flow commands that nfqlb 1.2.0 was given, in order, and its answers to the letter.</summary>
/// <remarks>What is checked before a flow is made (missing options, pools that do not exist) is not asked
/// here.</remarks>
public class TranscriptTests
{
    private readonly FlowTable _flows = new(workers: 1);
    private readonly Dictionary<string, TargetPool> _pools =
        new[] { "lb-1", "lb-2" }.ToDictionary(name => name, NamedPools.Of);

    [Fact]
    public void Every_recorded_answer_comes_again()
    {
        int answers = 0;
        foreach (var step in TestData.Json("cli-transcript.json").EnumerateArray())
        {
            string[] arguments = [.. step.GetProperty("args").EnumerateArray().Select(text => text.GetString()!)];
            string recorded = step.GetProperty("stdout").GetString()!;
            bool reachedTheServer = step.GetProperty("exit").GetInt32() is 0 or 255;
            if (reachedTheServer && arguments is [var command, .. var options]
                && Answer(command, options) is { } answer)
            {
                AssertIsRecorded(recorded, answer, isComplaint: step.GetProperty("exit").GetInt32() == 255);
                answers++;
            }
        }
        Assert.Equal(22, answers);
    }

    private static void AssertIsRecorded(string recorded, string answer, bool isComplaint)
    {
        recorded = recorded.TrimEnd('\n');
        if (isComplaint)
        {
            // Begins as before, and may go on with the value and the reason.
            Assert.StartsWith(recorded, answer);
        }
        else
        {
            Assert.Equal(recorded, answer.TrimEnd('\n'));
        }
    }

    /// <summary>Null for what is no flow command, or not asked here.</summary>
    private string? Answer(string command, string[] options)
    {
        string? Option(string name) =>
            options.FirstOrDefault(option => option.StartsWith($"--{name}=", StringComparison.Ordinal))
                ?[(name.Length + 3)..];

        return command switch
        {
            "flow-list" when Option("name") is { } name => FlowListing.Of(_flows.Current, name),
            "flow-list" => FlowListing.Of(_flows.Current),
            "flow-list-names" => FlowListing.NamesOf(_flows.Current),
            "flow-set" when options is ["-h"] || !_pools.ContainsKey(Option("target")!) => null,
            "flow-set" => Change(() => Set(Option)),
            "flow-delete" => Change(() => _flows.Delete(new FlowName(Option("name")!))),
            _ => null,
        };
    }

    private void Set(Func<string, string?> option)
    {
        var flow = new FlowText
        {
            Name = option("name"),
            Target = option("target"),
            Priority = option("prio"),
            Protocols = option("protocols"),
            Destinations = option("dsts"),
            Sources = option("srcs"),
            DestinationPorts = option("dports"),
            SourcePorts = option("sports"),
            Match = option("match"),
            UdpEncapsulation = option("udpencap"),
        }.Parse();
        _flows.Set(flow, _pools[flow.Target.Text]);
    }

    private static string Change(Action change)
    {
        try
        {
            change();
            return "OK";
        }
        catch (FlowException e)
        {
            return e.Message;
        }
    }
}
