using Nfqlb.Daemon.Flows;
using Nfqlb.Daemon.Hosting;
using Nfqlb.Flows;
using Nfqlb.Linux.SharedMemory;
using Nfqlb.Linux.Tests.Support;
using Nfqlb.Maglev;

namespace Nfqlb.Daemon.Tests.Flows;

public sealed class PoolCatalogTests : IDisposable
{
    private readonly ScratchSegment _scratch = new();
    private readonly FlowTable _flows = new(workers: 1);
    private readonly PoolCatalog _catalog;
    private readonly PoolName _name;

    public PoolCatalogTests()
    {
        _catalog = new PoolCatalog(_flows);
        _name = new PoolName(_scratch.Name);
        PoolDirectory.Create(_name, new PoolSize(101, 4), ownMark: 0);
    }

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void A_pool_in_use_is_opened_once()
    {
        var pool = SetFlow();
        _catalog.Refresh();

        Assert.Same(pool, SetFlow());
    }

    /// <summary>Its memory would stay mapped, and be looked at, until the flows change again.</summary>
    [Fact]
    public void A_pool_whose_only_flow_came_and_went_between_two_looks_is_forgotten()
    {
        _catalog.Refresh();
        var pool = SetFlow();
        _flows.Delete(new FlowName("lb"));
        _catalog.Refresh();

        Assert.NotSame(pool, SetFlow());
    }

    [Fact]
    public void A_pool_that_no_flow_came_to_refer_to_is_forgotten()
    {
        _catalog.Refresh();
        TargetPool? opened = null;
        _catalog.Use(_name, pool => opened = pool);
        _catalog.Refresh();

        Assert.NotSame(opened, SetFlow());
    }

    [Fact]
    public void A_kept_pool_stays_without_flows_and_follows_its_name()
    {
        var kept = _catalog.Keep(_name);
        SetFlow();
        _flows.Delete(new FlowName("lb"));
        _catalog.Refresh();
        PoolDirectory.Create(_name, new PoolSize(997, 10), ownMark: 0);
        _catalog.Refresh();

        Assert.Equal(997, kept.Segment.Size.Entries);
        Assert.Same(kept, SetFlow());
    }

    /// <summary>As by `rm` and `init`: nobody has told the old memory that it is retired.</summary>
    [Fact]
    public void A_pool_whose_file_was_removed_is_followed_when_it_is_made_anew()
    {
        var pool = SetFlow();
        _catalog.Refresh();
        File.Delete($"{SharedMemorySegment.DirectoryPath}/{_name}");
        _catalog.Refresh();
        Assert.Equal(0, _catalog.Replacements);

        PoolDirectory.Create(_name, new PoolSize(997, 10), ownMark: 0);
        _catalog.Refresh();
        Assert.Equal((997, 1), (pool.Segment.Size.Entries, _catalog.Replacements));
        _catalog.Refresh();
        Assert.Equal(1, _catalog.Replacements);
    }

    /// <summary>It is looked for time and again until it is there.</summary>
    [Fact]
    public void A_pool_that_is_gone_does_not_count_as_opened()
    {
        SetFlow();
        PoolDirectory.Delete(_name);
        for (int look = 0; look < 5; look++)
        {
            _catalog.Refresh();
        }
        Assert.Throws<PoolException>(() => _catalog.Use(new PoolName("no-such-pool"), _ => { }));
        Assert.Equal(1, _catalog.Attachments.Count);

        PoolDirectory.Create(_name, new PoolSize(101, 4), ownMark: 0);
        _catalog.Refresh();
        Assert.Equal((2, 1), (_catalog.Attachments.Count, _catalog.Replacements));
    }

    private TargetPool SetFlow()
    {
        TargetPool? used = null;
        _catalog.Use(_name, pool =>
        {
            used = pool;
            _flows.Set(PoolBalancer.Everything(_name, sctpEncapsulation: 0), pool);
        });
        return used!;
    }
}
