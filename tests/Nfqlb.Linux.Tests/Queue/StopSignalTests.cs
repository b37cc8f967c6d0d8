namespace Nfqlb.Linux.Tests.Queue;

public sealed class StopSignalTests
{
    [Fact]
    public void Stays_set()
    {
        using var stop = new StopSignal();
        Assert.False(stop.IsSet);

        stop.Set();
        stop.Set();

        Assert.True(stop.IsSet);
    }
}
