using System.Text;
using Nfqlb.Planning.Documents;
using Nfqlb.Planning.Model;

namespace Nfqlb.Planning.Tests.Model;

/// <summary>What a file says anew is told also where nothing on the host shows it.</summary>
public class ServedNewsTests
{
    private const string Before = "pools: [{name: web, N: 4, check: {type: tcp, port: 80}, panic: 50%, "
        + "targets: [{slot: 0, mark: 101, via: 192.0.2.1}, {slot: 2, mark: 102, via: 192.0.2.2}]}]\n";

    [Theory]
    [InlineData("port: 80", "port: 81", "checks of pool web changed")]
    [InlineData("port: 80}", "port: 80, when_bad: drain}", "checks of pool web changed")]
    [InlineData("via: 192.0.2.2", "via: 192.0.2.2, check: none", "checks of pool web changed")]
    [InlineData("panic: 50%", "panic: 60%", "panic of pool web 60%")]
    [InlineData("panic: 50%", "panic: 50%, slow_start: 30s", "slow_start of pool web 30s")]
    [InlineData("pools", "fast_path: {links: [eth0]}\npools", "fast_path at eth0")]
    [InlineData("pools", "announce: {table: 4000}\npools", "announce changed")]
    [InlineData("pools", "sysctls: {net.ipv4.ip_forward: 1}\npools", "sysctls changed")]
    public void What_serve_itself_does(string old, string next, string words)
    {
        Assert.Contains(old, Before);
        Assert.Equal([words], ServedNews.Of(Read(Before), Read(Before.Replace(old, next))));
    }

    [Fact]
    public void What_goes()
    {
        const string with = "fast_path: {links: [eth0], exit: redirect}\nannounce: {table: 4000}\n";
        Assert.Equal(["fast_path off", "announce off"], ServedNews.Of(Read(with + Before), Read(Before)));
        Assert.Equal(
            ["slow_start of pool web off"],
            ServedNews.Of(Read(Before.Replace("panic: 50%", "panic: 50%, slow_start: 30s")), Read(Before)));
    }

    /// <summary>Targets that come, go or lead elsewhere, pools and flows are changes of the host.</summary>
    [Theory]
    [InlineData("via: 192.0.2.2", "via: 192.0.2.3, check: none")]
    [InlineData("slot: 2, mark: 102, via: 192.0.2.2", "slot: 1, mark: 103, via: 192.0.2.3, check: none")]
    [InlineData("name: web", "name: other")]
    public void What_the_host_shows_is_not_among_it(string old, string next) =>
        Assert.Empty(ServedNews.Of(Read(Before), Read(Before.Replace(old, next))));

    private static DesiredState Read(string text) =>
        Document.Read("lb.yaml", Encoding.UTF8.GetBytes(text), SlotsInUse.None);
}
