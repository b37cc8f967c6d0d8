using Nfqlb.ControlPlane.Follow;

namespace Nfqlb.ControlPlane.Tests.Follow;

public class PaceTests
{
    /// <summary>Bundles of changes that are found all the time take a tenth of the time where nobody has to wait for
    /// it, and half of it at the most, but for those of which even one takes seconds.</summary>
    [Theory]
    [InlineData(0, 200)]
    [InlineData(15, 200)]
    [InlineData(25, 250)]
    [InlineData(35, 350)]
    [InlineData(100, 350)]
    [InlineData(175, 350)]
    [InlineData(400, 800)]
    [InlineData(3000, 4000)]
    public void Bundles_that_take_long_come_seldom(int tookMs, int nextMs)
    {
        var pace = new Pace();
        var began = TimeSpan.FromSeconds(5);
        var next = began + TimeSpan.FromMilliseconds(nextMs);
        pace.Brought(began, began + TimeSpan.FromMilliseconds(tookMs));
        pace.NoteFound(began + TimeSpan.FromMilliseconds(tookMs));
        Assert.False(pace.TakeFound(next - TimeSpan.FromMilliseconds(1)));
        Assert.True(pace.TakeFound(next));
        Assert.False(pace.TakeFound(next));
    }
}
