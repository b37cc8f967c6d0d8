using Nfqlb.EndToEnd.Lab;
using Xunit.Abstractions;

namespace Nfqlb.EndToEnd.Packets;

/// <summary>Runs a test that counts packets on a testbed of its own; see <see cref="Undisturbed"/>.</summary>
internal static class UndisturbedTestbed
{
    public static void Run(int targetCount, ITestOutputHelper output, Action<Testbed> test) =>
        Run(() => new Testbed(targetCount), output, test);

    /// <param name="make">Makes a testbed for each run.</param>
    public static void Run(Func<Testbed> make, ITestOutputHelper output, Action<Testbed> test) =>
        Undisturbed.Run(output, () => RunOnce(make(), test));

    /// <summary>Runs a test that looks after itself; what it leaves behind does not hide why it failed.</summary>
    public static void RunOnce(Testbed testbed, Action<Testbed> test)
    {
        Exception? failure = Record.Exception(() => test(testbed));
        Exception? untidy = Record.Exception(testbed.Dispose);
        if ((failure, untidy) is (not null, not null))
        {
            throw new AggregateException(failure, untidy);
        }
        if ((failure ?? untidy) is { } one)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(one);
        }
    }
}
