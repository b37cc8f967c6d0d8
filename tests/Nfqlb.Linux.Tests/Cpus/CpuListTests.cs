using Nfqlb.Linux.Cpus;

namespace Nfqlb.Linux.Tests.Cpus;

/// <summary>CPUs as people name them, and whether a process may have them.</summary>
public sealed class CpuListTests
{
    [Theory]
    [InlineData("0", "0", "0")]
    [InlineData("0-3,5", "0 1 2 3 5", "0-3,5")]
    [InlineData("5,0-1", "5 0 1", "5,0-1")]
    [InlineData("1,1", "1 1", "1,1")]
    [InlineData("0,1,2", "0 1 2", "0-2")]
    [InlineData("8191", "8191", "8191")]
    public void Their_order_is_kept(string text, string numbers, string written)
    {
        Assert.True(CpuList.TryParse(text, out var list, out _));
        Assert.Equal(numbers, string.Join(' ', list.Numbers));
        Assert.Equal(written, $"{list}");
    }

    [Theory]
    [InlineData("", "\"\" is no CPU, and no range such as 0-3")]
    [InlineData("0,", "\"\" is no CPU, and no range such as 0-3")]
    [InlineData("-1", "\"-1\" is no CPU, and no range such as 0-3")]
    [InlineData("0-", "\"0-\" is no CPU, and no range such as 0-3")]
    [InlineData("0-1-2", "\"0-1-2\" is no CPU, and no range such as 0-3")]
    [InlineData("a", "\"a\" is no CPU, and no range such as 0-3")]
    [InlineData("8192", "\"8192\" is no CPU, and no range such as 0-3")]
    [InlineData("4294967296", "\"4294967296\" is no CPU, and no range such as 0-3")]
    [InlineData("3-1", "\"3-1\" ends before it begins")]
    [InlineData("0-8191,0", "more than 8192 CPUs")]
    public void What_is_none_is_named(string text, string reason)
    {
        Assert.False(CpuList.TryParse(text, out _, out string? error));
        Assert.Equal(reason, error);
    }

    [Fact]
    public void More_workers_than_CPUs_go_round()
    {
        Assert.True(CpuList.TryParse("3,1", out var list, out _));
        Assert.Equal([3, 1, 3, 1, 3], Enumerable.Range(0, 5).Select(list.ForWorker));
    }

    [Theory]
    [InlineData("0-1", "0-3", "0-1", null)]
    [InlineData("4", "0-3", "0-3", "there is no CPU 4, only 0-3")]
    [InlineData("0,2", "0-3", "0-1", "CPU 2 is not allowed to this process, only 0-1")]
    [InlineData("2", null, "0-1", "CPU 2 is not allowed to this process, only 0-1")]
    public void A_CPU_must_be_there_and_allowed(string wanted, string? online, string allowed, string? complaint)
    {
        static CpuList Parse(string text) => CpuList.TryParse(text, out var list, out string? error)
            ? list
            : throw new InvalidOperationException(error);
        Assert.Equal(
            complaint,
            CpuAffinity.ComplaintAbout(Parse(wanted), online is null ? null : Parse(online), Parse(allowed)));
    }

    [Fact]
    public void A_thread_is_pinned_and_no_other_is()
    {
        var before = CpuAffinity.Allowed();
        int last = before.Numbers[^1];
        string pinned = "";
        var thread = new Thread(() =>
        {
            CpuAffinity.Pin(last);
            pinned = $"{CpuAffinity.Allowed()}";
        });
        thread.Start();
        thread.Join();
        Assert.Equal(($"{last}", before), (pinned, CpuAffinity.Allowed()));
    }

    [Fact]
    public void A_CPU_that_is_not_there_is_refused_by_the_kernel()
    {
        if (CpuAffinity.Online() is { } online && !online.Numbers.Contains(CpuList.MostCpus - 1))
        {
            Assert.Throws<SystemCallException>(() => CpuAffinity.Pin(CpuList.MostCpus - 1));
        }
    }
}
