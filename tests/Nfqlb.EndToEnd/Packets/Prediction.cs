using Nfqlb.EndToEnd.Model;

namespace Nfqlb.EndToEnd.Packets;

/// <summary>Where the model says each flow of an injection ends.</summary>
internal sealed class Prediction
{
    private readonly IReadOnlyList<int> _targetMarks;
    private readonly IReadOnlyList<PacketTuple> _flows;
    private readonly int?[] _marks;

    /// <param name="targetMarks">Of the targets whose arrivals will be checked, in their order.</param>
    public Prediction(BalancerModel model, IReadOnlyList<int> targetMarks, IReadOnlyList<PacketTuple> flows)
    {
        _targetMarks = targetMarks;
        _flows = flows;
        _marks = [.. flows.Select(model.MarkOf)];
    }

    /// <summary>The flows by the mark of the target they end at; null for those that are dropped.</summary>
    public ILookup<int?, PacketTuple> FlowsByMark => _flows.Zip(_marks).ToLookup(pair => pair.Second, pair => pair.First);

    /// <summary>Fails unless every packet has arrived at the predicted target, once, and nowhere else.</summary>
    public void Check(Arrivals arrivals, int packetsPerFlow)
    {
        List<string> wrong = [];
        foreach ((int t, TargetArrivals seen) in arrivals.ByTarget.Index())
        {
            int mark = _targetMarks[t];
            for (int flow = 0; flow < _flows.Count; flow++)
            {
                int wanted = _marks[flow] == mark ? packetsPerFlow : 0;
                int got = seen.PacketsByFlow.GetValueOrDefault(flow);
                if (got != wanted)
                {
                    wrong.Add($"target of mark {mark}: {got} packets, not {wanted}, of {_flows[flow]}");
                }
            }
        }
        Assert.True(wrong.Count == 0, $"{wrong.Count} flows went wrong:\n{string.Join('\n', wrong.Take(10))}");
        Assert.All(arrivals.ByTarget, seen => Assert.Equal(0, seen.Duplicates));
    }
}
