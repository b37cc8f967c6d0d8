using System.Runtime.InteropServices;
using Nfqlb.Linux.Interop;

namespace Nfqlb.Linux.Netlink;

/// <summary>The kernel refused a netlink request, or its answer was lost or cannot be understood.</summary>
/// <remarks>
/// The message is one line fit for stderr: <c>rule fwmark 101: File exists</c>, with the kernel's own words behind it
/// where it gave any.
/// </remarks>
public sealed class NetlinkException : SystemCallException
{
    /// <summary>Describes a failed request.</summary>
    /// <param name="errno">Why it failed, a number of errno.h.</param>
    /// <param name="subject">What it was about, such as "rule fwmark 101".</param>
    /// <param name="kernelText">The kernel's extended acknowledgement, or what else is known; may be empty.</param>
    /// <param name="attributeOffset">Where in the request the attribute stands that the kernel complains of.</param>
    public NetlinkException(int errno, string subject, string kernelText = "", int? attributeOffset = null)
        : base("netlink", errno, subject, Describe(errno, subject, kernelText))
    {
        KernelText = kernelText;
        AttributeOffset = attributeOffset;
    }

    /// <summary>The kernel's own words; empty when it gave none.</summary>
    public string KernelText { get; }

    /// <summary>Bytes from the request's nlmsghdr to the attribute the kernel complains of; null when it names
    /// none.</summary>
    public int? AttributeOffset { get; }

    /// <summary>Bytes that are not netlink.</summary>
    internal static NetlinkException Malformed(string what) =>
        new(LibC.EBADMSG, "an answer of the kernel", what);

    private static string Describe(int errno, string subject, string kernelText)
    {
        string reason = Marshal.GetPInvokeErrorMessage(errno);
        return kernelText.Length == 0 ? $"{subject}: {reason}" : $"{subject}: {reason}: {kernelText}";
    }
}
