using System.Net.Sockets;
using Nfqlb.Linux.Interop;
using Nfqlb.Linux.Tests.Support;

namespace Nfqlb.Linux.Tests;

/// <summary>Nobody waits without limit for a descriptor to go over.</summary>
public sealed class DescriptorConnectionTests
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(100);

    [Fact]
    public void One_that_does_not_come_in_time_is_given_up()
    {
        using var pair = new SocketPair();
        pair.SecondSocket.Blocking = false;

        var error = Assert.Throws<SystemCallException>(() => pair.Second.ReceiveSocket("a socket", Short));

        Assert.Equal(LibC.ETIMEDOUT, error.Errno);
    }

    [Fact]
    public void One_that_nobody_takes_in_time_is_given_up()
    {
        using var pair = new SocketPair();
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        pair.FirstSocket.Blocking = false;
        byte[] bytes = new byte[10_000];
        SocketError error;
        do
        {
            pair.FirstSocket.Send(bytes, SocketFlags.None, out error);
        }
        while (error == SocketError.Success);
        Assert.Equal(SocketError.WouldBlock, error);

        var failure = Assert.Throws<SystemCallException>(() => pair.First.Send(socket, "a socket", Short));

        Assert.Equal(LibC.ETIMEDOUT, failure.Errno);
    }

    [Fact]
    public void One_that_is_taken_is_the_same_socket()
    {
        using var pair = new SocketPair();
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint("\0nfqlb-test-" + Path.GetRandomFileName()));
        pair.First.Send(socket, "a socket", Short);

        using var taken = pair.Second.ReceiveSocket("a socket", Short);

        Assert.Equal(socket.LocalEndPoint!.ToString(), taken.LocalEndPoint!.ToString());
    }
}
