namespace Nfqlb.Linux.Sysctl;

/// <summary>Settings of the kernel, by name.</summary>
public interface ISysctls
{
    /// <summary>A setting's value, without the line's end; null when the kernel has no such setting.</summary>
    /// <param name="name">As sysctl(8) has it: `net.ipv4.ip_forward`. Dots and slashes change places; of
    /// `net.ipv4.conf.eth0/100.rp_filter` the link is eth0.100. Where a slash comes first, all stay as they are:
    /// `net/ipv4/conf/eth0.100/rp_filter` is the same.</param>
    /// <exception cref="UnauthorizedAccessException">It is not for this user.</exception>
    /// <exception cref="IOException">The kernel does not tell it.</exception>
    string? Read(string name);
}
