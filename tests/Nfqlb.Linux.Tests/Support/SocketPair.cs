using System.Net.Sockets;

namespace Nfqlb.Linux.Tests.Support;

/// <summary>Two ends of a unix connection, by which descriptors go.</summary>
internal sealed class SocketPair : IDisposable
{
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    private readonly string _path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());

    public SocketPair()
    {
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(_path));
        listener.Listen();
        FirstSocket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        FirstSocket.Connect(listener.LocalEndPoint!);
        SecondSocket = listener.Accept();
        (First, Second) = (new DescriptorConnection(FirstSocket), new DescriptorConnection(SecondSocket));
    }

    public Socket FirstSocket { get; }

    public Socket SecondSocket { get; }

    public DescriptorConnection First { get; }

    public DescriptorConnection Second { get; }

    public void Dispose()
    {
        FirstSocket.Dispose();
        SecondSocket.Dispose();
        File.Delete(_path);
    }
}
