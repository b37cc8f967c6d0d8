using Nfqlb.Linux.Interop;
using Nfqlb.Linux.Netlink;
using Nfqlb.Linux.Netlink.Routing;
using Nfqlb.Routing;
using static Nfqlb.Linux.Netlink.Uapi.UapiPktSched;

namespace Nfqlb.Linux.Bpf;

/// <summary>The program at the ingress of one link, until this is disposed or the process ends.</summary>
/// <remarks>A clsact filter outlives the process, but passes every packet from then on, and the next one takes its
/// place.</remarks>
public sealed class FastPathLink : IDisposable
{
    private readonly FastPathProgram _program;
    private readonly FdHandle? _tcx;

    private FastPathLink(FastPathProgram program, LinkIndex link, FdHandle? tcx)
    {
        _program = program;
        Link = link;
        _tcx = tcx;
    }

    /// <summary>The link, which may be gone by now.</summary>
    public LinkIndex Link { get; }

    /// <summary>Whether packets of the link come by.</summary>
    /// <exception cref="SystemCallException">The kernel does not say.</exception>
    public FastPathStanding Standing => _tcx is not null
        ? NfqlbFastPath.LinkOf(_tcx).ThrowOnError("bpf", "link info") == Link.Value
            ? FastPathStanding.Attached
            : FastPathStanding.Gone
        : (int)NfqlbFastPath.FilterAt(_program.Handle, Link.Value).ThrowOnError("tc", "filter") switch
        {
            NfqlbFastPath.NFQLB_FASTPATH_NONE => FastPathStanding.Gone,
            NfqlbFastPath.NFQLB_FASTPATH_OURS => FastPathStanding.Attached,
            _ => FastPathStanding.Replaced,
        };

    /// <summary>The program of others that packets come by first; null for none, and where the kernel does not say.
    /// </summary>
    public OtherProgram? InFront =>
        NfqlbFastPath.InFront(_program.Handle, Link.Value, out uint id, out uint link) is { Value: 1 }
            ? new OtherProgram(id, link)
            : _tcx is null && FilterInFront() is { } filter
                ? new OtherProgram(filter.Program, TcxLink: 0, filter.Handle)
                : null;

    /// <summary>Attaches the program in front of others.</summary>
    /// <param name="program">Not disposed before this is.</param>
    /// <param name="link">Of this network namespace.</param>
    /// <param name="isTcx">False to have a clsact filter in any case.</param>
    /// <exception cref="FastPathException">The kernel refuses, or there is no such link.</exception>
    public static FastPathLink Attach(FastPathProgram program, LinkIndex link, bool isTcx = true)
    {
        if (isTcx)
        {
            var tcx = NfqlbFastPath.Attach(program.Handle, link.Value);
            if (tcx.IsSuccess)
            {
                return new FastPathLink(program, link, new FdHandle(tcx.Value));
            }
            if (tcx.Errno != LibC.EINVAL)
            {
                throw new FastPathException("bpf", tcx.Errno, $"attach to link {link.Value}", complaint: "");
            }
        }
        var filter = NfqlbFastPath.AttachFilter(program.Handle, link.Value);
        return filter.IsSuccess
            ? new FastPathLink(program, link, tcx: null)
            : throw new FastPathException("tc", filter.Errno, $"filter of link {link.Value}", complaint: "");
    }

    /// <summary>Ours has the first priority, in which others may stand too: the last to come goes first.</summary>
    private LinkFilter? FilterInFront()
    {
        try
        {
            using var socket = NetlinkSocket.Open(NetlinkProtocol.Route);
            return LinkFilter.Read(socket, Link, TC_H_MIN_INGRESS)
                .FirstOrDefault(filter => filter.Chain == 0) is { IsOurs: false } first ? first : null;
        }
        catch (SystemCallException)
        {
            return null; // the link may have gone meanwhile
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_tcx is not null)
        {
            _tcx.Dispose();
            return;
        }
        // A link that is gone has taken its filter along.
        _ = NfqlbFastPath.DetachFilter(_program.Handle, Link.Value);
    }
}
