using Nfqlb.EndToEnd.Lab;
using Nfqlb.EndToEnd.Model;
using Xunit.Abstractions;

namespace Nfqlb.EndToEnd.Packets;

/// <summary>One testbed for all cases that send packets of their own making; each has a balancer of its own.</summary>
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
        Action<Crossing> test) => Undisturbed.Run(output, () => RunOnce(model, test, balancer =>
        {
            BackgroundProcess flowlb = balancer.StartFlowlb("0:3", [.. model.FlowlbOptions, .. options]);
            RuleSet.Configure(balancer, model);
            return flowlb;
        }));

    /// <summary>The same with `lb`, the balancer without flows, to the model's only pool.</summary>
    /// <param name="model">What it is judged by.</param>
    /// <param name="options">Of lb, beside those that the model stands for.</param>
    internal void RunLb(BalancerModel model, IReadOnlyList<string> options, ITestOutputHelper output,
        Action<Crossing> test) => Undisturbed.Run(output, () => RunOnce(model, test, balancer =>
        {
            RuleSet.CreatePools(balancer, model);
            return balancer.StartLb("0:3", [$"--tshm={model.Pools.Keys.Single()}", .. model.FlowlbOptions, .. options]);
        }));

    private static Testbed Make()
    {
        var testbed = new Testbed(Marks.Count);
        testbed.Balancer.AddTun(Tun);
        return testbed;
    }

    private void RunOnce(BalancerModel model, Action<Crossing> test, Func<Balancer, BackgroundProcess> start)
    {
        Testbed testbed = _testbed.Value;
        BackgroundProcess balancing = start(testbed.Balancer);
        try
        {
            test(new Crossing(testbed, balancing, model));
        }
        finally
        {
            if (!balancing.HasEnded)
            {
                balancing.Stop().MustSucceed();
            }
            foreach (string pool in model.Pools.Keys)
            {
                testbed.Balancer.Nfqlb("delete", $"--shm={pool}").MustSucceed();
            }
        }
    }
}

/// <summary>The test classes on the <see cref="SharedTestbed"/>.</summary>
[CollectionDefinition(SharedTestbed.Name, DisableParallelization = true)]
public sealed class SharedTestbedCases : ICollectionFixture<SharedTestbed>;
