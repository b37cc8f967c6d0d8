using System.Text;
using Nfqlb.Planning.Documents;
using Nfqlb.Planning.Model;

namespace Nfqlb.Planning.Tests.Documents;

/// <summary>Files are read once more only where what they mean hangs on something else.</summary>
public class DocumentSourceTests
{
    [Fact]
    public void With_all_slots_given_it_means_the_same_whatever_is_there()
    {
        var source = Source("pools: [{name: web, N: 9, targets: [{slot: 3, mark: 7, via: 10.0.0.1}]}]");

        var state = source.Read(SlotsInUse.None);

        Assert.Equal(3, state.Pools[0].Targets[0].Slot);
        Assert.Same(state, source.Read(SlotsInUse.None));
    }

    [Fact]
    public void With_a_slot_to_be_found_it_is_read_again()
    {
        var source = Source("pools: [{name: web, N: 9, targets: [{mark: 7, via: 10.0.0.1}]}]");

        Assert.NotSame(source.Read(SlotsInUse.None), source.Read(SlotsInUse.None));
    }

    [Fact]
    public void What_is_wrong_is_told_each_time()
    {
        var source = Source("pools: [{name: web, N: 0}]");

        string first = Assert.Throws<InvalidStateException>(() => source.Read(SlotsInUse.None)).Message;
        Assert.Equal(first, Assert.Throws<InvalidStateException>(() => source.Read(SlotsInUse.None)).Message);
    }

    private static DocumentSource Source(string text) => new("lb.yaml", Encoding.UTF8.GetBytes(text));
}
