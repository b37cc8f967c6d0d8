using Nfqlb.EndToEnd.Lab;
using Nfqlb.EndToEnd.Model;
using Xunit.Abstractions;

namespace Nfqlb.EndToEnd.Packets;

/// <summary>One testbed for all cases that send packets of their own making; each has a flowlb of its own.</summary>
/// <remarks>Made with its first use: xunit makes fixtures also where it then skips every test.</remarks>
public sealed class SharedTestbed : IDisposable
{
    public const string Name = "shared testbed";

    /// <summary>A tun device of the balancer's.</summary>
    internal const string Tun = "tun-nfqlb";

    private readonly Lazy<Testbed> _testbed = new(Make);

    /// <summary>The marks of its targets.</summary>
    internal static IReadOnlyList<int> Marks { get; } = [5001, 5002, 5003, 5004];

    public void Dispose()
    {
        if (_testbed.IsValueCreated)
        {
            _testbed.Value.Dispose();
        }
    }

    /// <summary>Runs a case; again when the machine has spoilt it.</summary>
    /// <param name="model">What flowlb is told, and what it is judged by.</param>
    /// <param name="options">Of flowlb, beside those that the model stands for.</param>
    internal void Run(BalancerModel model, IReadOnlyList<string> options, ITestOutputHelper output,
        Action<Crossing> test) => Undisturbed.Run(output, () => RunOnce(model, options, test));

    private static Testbed Make()
    {
        var testbed = new Testbed(Marks.Count);
        testbed.Balancer.AddTun(Tun);
        return testbed;
    }

    private void RunOnce(BalancerModel model, IReadOnlyList<string> options, Action<Crossing> test)
    {
        Testbed testbed = _testbed.Value;
        BackgroundProcess flowlb = testbed.Balancer.StartFlowlb("0:3", [.. model.FlowlbOptions, .. options]);
        try
        {
            RuleSet.Configure(testbed.Balancer, model);
            test(new Crossing(testbed, flowlb, model));
        }
        finally
        {
            if (!flowlb.HasEnded)
            {
                flowlb.Stop().MustSucceed();
            }
            foreach (string pool in model.Pools.Keys)
            {
                testbed.Balancer.Nfqlb("delete", $"--shm={pool}").MustSucceed();
            }
        }
    }
}

/// <summary>The test classes on the <see cref="SharedTestbed"/>.</summary>
[CollectionDefinition(SharedTestbed.Name)]
public sealed class SharedTestbedCases : ICollectionFixture<SharedTestbed>;
