namespace Nfqlb.Tests.Support;

/// <summary>The measurement itself: it sees the smallest allocation there is.</summary>
public class AllocationTests
{
    private static object? _kept;

    [Fact]
    public void One_object_is_seen() => Assert.True(Allocation.BytesPerRun(() => _kept = new object()) > 0);

    [Fact]
    public void Nothing_is_seen_where_nothing_is_allocated() =>
        Assert.Equal(0, Allocation.BytesPerRun(() => _kept = null));
}
