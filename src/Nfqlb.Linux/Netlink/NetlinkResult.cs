using Nfqlb.Linux.Interop;

namespace Nfqlb.Linux.Netlink;

/// <summary>What became of one request.</summary>
/// <param name="Subject">What the request was about; its text names it in errors.</param>
/// <param name="Errno">0 when it was done, else a number of errno.h. ENOBUFS: the answer was lost, so it may or may
/// not have been done.</param>
/// <param name="KernelText">The kernel's extended acknowledgement; empty when it gave none.</param>
/// <param name="AttributeOffset">See <see cref="NetlinkException.AttributeOffset"/>.</param>
public sealed record NetlinkResult(object Subject, int Errno, string KernelText = "", int? AttributeOffset = null)
{
    /// <summary>The kernel did what was asked.</summary>
    public bool IsSuccess => Errno == 0;

    /// <summary>What was to be made is there already (EEXIST).</summary>
    public bool IsAlreadyThere => Errno == LibC.EEXIST;

    /// <summary>What was to be changed or deleted is not there (ENOENT, ESRCH).</summary>
    public bool IsNotThere => Errno is LibC.ENOENT or LibC.ESRCH;

    /// <summary>A route has no link that is up and on which the next hop is (ENETDOWN, ENETUNREACH,
    /// EHOSTUNREACH).</summary>
    public bool IsWithoutLink => Errno is LibC.ENETDOWN or LibC.ENETUNREACH or LibC.EHOSTUNREACH;

    /// <summary>The answer was lost (ENOBUFS): it may or may not have been done.</summary>
    public bool IsLost => Errno == LibC.ENOBUFS;

    /// <summary>Throws unless the kernel did what was asked.</summary>
    /// <exception cref="NetlinkException">It did not.</exception>
    public void ThrowOnError()
    {
        if (!IsSuccess)
        {
            throw new NetlinkException(Errno, $"{Subject}", KernelText, AttributeOffset);
        }
    }
}
