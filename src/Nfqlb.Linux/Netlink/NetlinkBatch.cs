using System.Runtime.InteropServices;
using static Nfqlb.Linux.Netlink.Uapi.UapiNetlink;

namespace Nfqlb.Linux.Netlink;

/// <summary>Requests to be sent together, each with what it is about.</summary>
internal sealed class NetlinkBatch
{
    private readonly List<(int Offset, object Subject)> _requests = [];

    /// <summary>Where the content of the request that was begun last is written.</summary>
    public NetlinkWriter Writer { get; } = new();

    /// <summary>How many requests.</summary>
    public int Count => _requests.Count;

    /// <summary>A request for all there is of a kind.</summary>
    /// <param name="type">Of the family.</param>
    /// <param name="header">What follows the header of all.</param>
    /// <param name="subject">What it is about: its text names the request in errors.</param>
    public static NetlinkBatch Listing<T>(ushort type, T header, object subject)
        where T : unmanaged
    {
        var request = new NetlinkBatch();
        using (request.Request(type, NLM_F_DUMP, subject))
        {
            request.Writer.Append(header);
        }

        return request;
    }

    /// <summary>Begins a request; NLM_F_REQUEST is set. Write its content, then dispose the scope.</summary>
    /// <param name="type">Of the family.</param>
    /// <param name="flags">NLM_F_ bits; who awaits an answer is settled by <see cref="NetlinkSocket"/>.</param>
    /// <param name="subject">What it is about: its text names the request in errors.</param>
    public NetlinkWriter.Scope Request(ushort type, ushort flags, object subject)
    {
        _requests.Add((Writer.Length, subject));
        return Writer.Message(type, (ushort)(flags | NLM_F_REQUEST));
    }

    /// <summary>What a request is about.</summary>
    public object Subject(int index) => _requests[index].Subject;

    /// <summary>The index behind the last request that still fits into so many bytes; at least one fits.</summary>
    public int Fit(int first, int lengthBytes)
    {
        int end = first + 1;
        while (end < Count && EndOf(end) - _requests[first].Offset <= lengthBytes)
        {
            end++;
        }

        return end;
    }

    /// <summary>Numbers some requests and has one of them, or none, acknowledged.</summary>
    /// <returns>Their bytes; valid until the next write.</returns>
    public ReadOnlySpan<byte> Number(int first, int end, uint firstSequence, int? acknowledged)
    {
        for (int i = first; i < end; i++)
        {
            ref var header = ref Header(i);
            header.nlmsg_seq = unchecked(firstSequence + (uint)(i - first));
            header.nlmsg_flags &= unchecked((ushort)~NLM_F_ACK);
        }

        if (acknowledged is { } index)
        {
            Header(index).nlmsg_flags |= NLM_F_ACK;
        }

        int start = _requests[first].Offset;
        return Writer.Written[start..EndOf(end - 1)];
    }

    private int EndOf(int index) => index + 1 < Count ? _requests[index + 1].Offset : Writer.Length;

    private ref nlmsghdr Header(int index) =>
        ref MemoryMarshal.AsRef<nlmsghdr>(Writer.Written[_requests[index].Offset..]);
}
