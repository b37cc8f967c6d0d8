using Nfqlb.Flows;

namespace Nfqlb.Linux.Tests.Support;

/// <summary>Where the tests of this project get a classifier; what it decides is tested elsewhere.</summary>
internal static class Classifiers
{
    /// <summary>One without flows or pools.</summary>
    public static Classifier Empty() => new(0, new FlowTable(1), new ClassifierOptions { Clock = () => 0 });

    /// <summary>One that gives a mark to whatever comes.</summary>
    public static Classifier AcceptsAll() => new(
        0, new FlowTable(1), new ClassifierOptions { Clock = () => 0, NoFlowMark = new FirewallMark(7) });
}
