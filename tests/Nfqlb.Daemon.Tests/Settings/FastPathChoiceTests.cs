using Nfqlb.Daemon.Settings;
using Nfqlb.Flows;
using Nfqlb.Planning.Model;

namespace Nfqlb.Daemon.Tests.Settings;

/// <summary>How the fast path shall be: options go first, and a document says the rest.</summary>
public class FastPathChoiceTests
{
    private static readonly DesiredFastPath Asked = new(["eth0", "eth1"]) { Redirects = true };

    [Fact]
    public void Options_go_first_and_the_document_says_the_rest()
    {
        Assert.Null(new FastPathChoice().With(null));
        Assert.Equal(
            new FastPathSettings(["eth0", "eth1"], []) { Redirects = true }, new FastPathChoice().With(Asked));
        Assert.Equal(
            new FastPathSettings(["eth0", "eth1"], []), new FastPathChoice { Redirects = false }.With(Asked));
        Assert.Equal(
            new FastPathSettings(["eth2"], [default(Cidr)]) { Redirects = true },
            new FastPathChoice { Links = ["eth2"], Vips = [default(Cidr)] }.With(Asked));
        Assert.Equal(new FastPathSettings(["eth2"], []), new FastPathChoice { Links = ["eth2"] }.With(null));
    }

    /// <summary>A change of any of them has the fast path made anew.</summary>
    [Fact]
    public void Each_of_its_parts_makes_another_one_of_it()
    {
        var settings = new FastPathSettings(["eth0"], []);
        Assert.NotEqual(settings, settings with { Redirects = true });
        Assert.NotEqual(settings, settings with { Links = ["eth1"] });
        Assert.NotEqual(settings, settings with { Vips = [default(Cidr)] });
        Assert.Equal(settings.GetHashCode(), (settings with { Links = ["eth0"] }).GetHashCode());
    }
}
