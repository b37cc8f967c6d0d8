using System.Reflection;
using System.Runtime.InteropServices;
using Nfqlb.FastPath;
using Nfqlb.Linux.Interop;

namespace Nfqlb.Linux.Tests.Interop;

/// <summary>The constants and structs of Interop are what the headers of this machine say.</summary>
public sealed class AbiTests
{
    private static readonly string[] SystemHeaders =
    [
        "errno.h", "fcntl.h", "time.h", "linux/errqueue.h", "linux/filter.h", "linux/if_tun.h", "linux/netlink.h",
        "linux/sockios.h",
        "net/if.h", "netinet/in.h", "poll.h", "sys/epoll.h", "sys/eventfd.h", "sys/file.h", "sys/inotify.h",
        "sys/ioctl.h", "signal.h", "sys/mman.h", "sys/socket.h", "sys/stat.h", "sys/time.h", "unistd.h",
    ];

    private static string NativeDirectory { get; } = typeof(AbiTests).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>().Single(entry => entry.Key == "NativeDirectory").Value!;

    [Fact]
    public void Of_the_C_library() =>
        Assert.Equal("", CHeader.Compile(NativeDirectory, SystemHeaders, CHeader.Assertions(typeof(LibC))));

    [Fact]
    public void Of_an_event_of_epoll() => Assert.Equal(
        "",
        CHeader.Compile(
            NativeDirectory, ["sys/epoll.h"],
            [
                $"_Static_assert(sizeof(struct epoll_event) == {EpollEvent.Size}, \"size\");",
                $"_Static_assert(offsetof(struct epoll_event, data) == {EpollEvent.DataOffset}, \"offset\");",
            ]));

    [Fact]
    public void Of_the_queue_shim() =>
        Assert.Equal("", CHeader.Compile(NativeDirectory, ["nfqlb_queue.h"], CHeader.Assertions(typeof(NfqlbQueue))));

    [Fact]
    public void Of_the_fast_path_s_shim() => Assert.Equal(
        "",
        CHeader.Compile(
            NativeDirectory, ["fastpath/nfqlb_fastpath.h"], CHeader.Assertions(typeof(NfqlbFastPath))));

    [Fact]
    public void Of_the_maps_that_the_fast_path_shares_with_the_kernel() => Assert.Equal(
        "",
        CHeader.Compile(NativeDirectory, ["fastpath/layout.h"], CHeader.Assertions(typeof(FastPathLayout))));

    [Fact]
    public void Every_struct_of_the_shim_is_looked_at()
    {
        string all = string.Join('\n', CHeader.Assertions(typeof(NfqlbQueue)));

        Assert.Contains("offsetof(struct nfqlb_packet, hw_protocol) == 20", all, StringComparison.Ordinal);
        Assert.Contains("sizeof(struct nfqlb_verdict) == 12", all, StringComparison.Ordinal);
        Assert.Contains("struct nfqlb_queue_statistics", all, StringComparison.Ordinal);
        Assert.Contains("NFQLB_BATCH_CAPACITY_MAX == 1024", all, StringComparison.Ordinal);
    }

    /// <summary>The control: a wrong declaration is seen, and named.</summary>
    [Fact]
    public void A_wrong_constant_offset_and_size_are_seen()
    {
        string complaints = CHeader.Compile(NativeDirectory, SystemHeaders, CHeader.Assertions(typeof(Wrong)));

        Assert.Contains("\"O_CREAT\"", complaints, StringComparison.Ordinal);
        Assert.Contains("\"offset of struct statx.stx_size\"", complaints, StringComparison.Ordinal);
        Assert.Contains("\"size of struct statx.stx_ino\"", complaints, StringComparison.Ordinal);
        Assert.DoesNotContain("\"offset of struct statx.stx_ino\"", complaints, StringComparison.Ordinal);
    }

    private static class Wrong
    {
        public const int O_CREAT = 0x41;

#pragma warning disable CS8981 // The name is C's.
        [StructLayout(LayoutKind.Explicit, Size = 256)]
        public struct statx
        {
            [FieldOffset(32)]
            public uint stx_ino;

            [FieldOffset(48)]
            public ulong stx_size;
        }
#pragma warning restore CS8981
    }
}
