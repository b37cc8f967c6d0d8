using System.Runtime.InteropServices;
using Nfqlb.Checks;
using static Nfqlb.Linux.Interop.LibC;

namespace Nfqlb.Linux.Probes;

/// <summary>How a check ended.</summary>
/// <param name="Outcome">In a word.</param>
/// <param name="Reason">Why it has not passed; empty where it has.</param>
internal readonly record struct ProbeEnd(CheckOutcome Outcome, string Reason)
{
    /// <summary>All is well.</summary>
    public static readonly ProbeEnd Passed = new(CheckOutcome.Passed, "");

    /// <summary>Nothing came.</summary>
    public static readonly ProbeEnd TimedOut = new(CheckOutcome.TimedOut, "no answer in time");

    /// <summary>By an error: of the target or the way there, or of this host.</summary>
    /// <remarks>EINVAL is a route that drops packets silently (`blackhole`), and so one of the way.</remarks>
    public static ProbeEnd OfErrno(int errno)
    {
        bool isOwn = errno is EPERM or EMFILE or ENFILE or ENOMEM or ENOBUFS or EADDRNOTAVAIL
            or EPROTONOSUPPORT;
        return new ProbeEnd(
            isOwn ? CheckOutcome.Inconclusive : CheckOutcome.Failed, Marshal.GetPInvokeErrorMessage(errno));
    }
}
