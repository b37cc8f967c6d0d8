using Nfqlb.Linux.Sysctl;

namespace Nfqlb.Linux.Tests.Sysctl;

public sealed class ProcSysctlsTests
{
    [Theory] // Each as `sysctl -n NAME` of procps 4 finds it below /proc/sys.
    [InlineData("net.ipv4.ip_forward", "net/ipv4/ip_forward")]
    [InlineData("net/ipv4/ip_forward", "net/ipv4/ip_forward")]
    [InlineData("net.ipv4.conf.eth0/100.rp_filter", "net/ipv4/conf/eth0.100/rp_filter")]
    [InlineData("net/ipv4/conf/eth0.100/rp_filter", "net/ipv4/conf/eth0.100/rp_filter")]
    [InlineData("plain", "plain")]
    public void Names_are_paths_with_dots_and_slashes_exchanged(string name, string path) =>
        Assert.Equal(path, ProcSysctls.PathOf(name));

    [Fact]
    public void A_setting_is_what_the_file_says_without_the_end_of_its_line() => Assert.Equal(
        File.ReadAllText("/proc/sys/kernel/osrelease").TrimEnd('\n'), new ProcSysctls().Read("kernel.osrelease"));

    [Theory]
    [InlineData("net.ipv4.no_such_setting")]
    [InlineData("no.such.folder")]
    public void What_the_kernel_has_not_is_null(string name) => Assert.Null(new ProcSysctls().Read(name));
}
