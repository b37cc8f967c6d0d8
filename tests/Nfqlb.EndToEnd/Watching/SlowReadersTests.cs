using System.Net.Sockets;
using System.Text;
using Nfqlb.EndToEnd.Lab;
using Xunit.Abstractions;

namespace Nfqlb.EndToEnd.Watching;

/// <summary>Who asks for a large page and does not read it holds little, and not for long.</summary>
[BesideOthers]
public sealed class SlowReadersTests(ITestOutputHelper output) : IDisposable
{
    private const int Flows = 4000;
    private const int Readers = 500;

    /// <summary>500 copies of a page are 300 MB.</summary>
    private const int MostKilobytes = 100_000;

    private static readonly byte[] Request = Encoding.ASCII.GetBytes("GET /state HTTP/1.1\r\nHost: x\r\n\r\n");

    private readonly Sandbox _sandbox = new();

    [KernelFact]
    public void Five_hundred_of_them_share_a_few_copies_and_are_disconnected()
    {
        var balancer = new Balancer(_sandbox.First);
        string list = string.Join(", ", Enumerable.Range(0, Flows).Select(flow =>
            $"{{name: flow-{flow}, target: lb-1, dsts: [10.0.{flow / 250}.{flow % 250}/32], protocols: [tcp, udp]}}"));
        BackgroundProcess flowlb = balancer.StartFlowlb("5", "--http=unix:/dev/shm/http");
        string document = $"pools: [{{name: lb-1, M: 997, N: 10}}]\nflows: [{list}]";
        File.WriteAllText(_sandbox.PathInSharedMemory("f.yaml"), document);
        balancer.Nfqlb("apply", "-f", "/dev/shm/f.yaml").MustSucceed();
        string path = _sandbox.PathInSharedMemory("http");
        int page = HttpView.Get(path, "/state").Length;
        int before = ResidentMemory.OfKilobytes(flowlb);
        Assert.True((long)page * Readers / 1024 > 2 * MostKilobytes, $"a page of {page} bytes shows nothing");

        List<Socket> readers = [.. Enumerable.Range(0, Readers).Select(_ => Ask(path))];
        int most = 0;
        Eventually.True(
            () =>
            {
                most = Math.Max(most, ResidentMemory.OfKilobytes(flowlb));
                return readers.TrueForAll(IsDisconnected);
            },
            "all disconnected", TimeSpan.FromSeconds(60));

        output.WriteLine($"A page of {page} bytes, resident {before} KB before, {most} KB at most");
        Assert.InRange(most - before, 0, MostKilobytes);
        Assert.Equal(page, HttpView.Get(path, "/state").Length, tolerance: page / 10);
        readers.ForEach(reader => reader.Dispose());
    }

    public void Dispose() => _sandbox.Dispose();

    private static Socket Ask(string path)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Connect(new UnixDomainSocketEndPoint(path));
        socket.Send(Request);
        socket.Blocking = false;
        return socket;
    }

    /// <summary>The other end has closed, whatever of the answer is still there to read.</summary>
    private static bool IsDisconnected(Socket socket)
    {
        socket.Send(Request, 0, Request.Length, SocketFlags.None, out SocketError error);
        return error is SocketError.ConnectionReset or SocketError.Shutdown;
    }
}
