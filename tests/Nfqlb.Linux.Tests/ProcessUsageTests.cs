using System.Diagnostics;

namespace Nfqlb.Linux.Tests;

/// <summary>What this process uses.</summary>
public class ProcessUsageTests
{
    [Fact]
    public void Grows_with_what_is_opened_and_done()
    {
        var before = ProcessUsage.Read();
        using var one = File.OpenRead("/dev/null");
        long start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < TimeSpan.FromMilliseconds(50))
        {
        }
        var after = ProcessUsage.Read();

        // Other tests open and close things beside this one.
        Assert.InRange(after.OpenDescriptors, 4, 10_000);
        Assert.InRange(after.CpuTime - before.CpuTime, TimeSpan.FromMilliseconds(1), TimeSpan.FromMinutes(1));
        Assert.InRange(after.ResidentBytes, 1 << 20, after.VirtualBytes);
        Assert.InRange(after.MostDescriptors ?? long.MaxValue, after.OpenDescriptors, long.MaxValue);
    }

    [Theory]
    [InlineData("Max open files            1024                 524288               files", 1024L)]
    [InlineData("Max open files            unlimited            unlimited            files", null)]
    public void The_limit_is_the_soft_one(string line, long? most) =>
        Assert.Equal(most, ProcessUsage.MostOf(["Max stack size  1  2  bytes", line]));
}
