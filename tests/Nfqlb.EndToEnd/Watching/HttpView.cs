using System.Net.Sockets;
using Nfqlb.EndToEnd.Lab;

namespace Nfqlb.EndToEnd.Watching;

/// <summary>Looks at a balancer over its HTTP socket's file, from outside of the sandbox.</summary>
internal static class HttpView
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    /// <summary>One page, status first.</summary>
    /// <param name="path">Of the socket's file, as the test sees it.</param>
    /// <exception cref="HttpRequestException">Nobody answers.</exception>
    public static (int Status, string Text, HttpResponseMessage Response) Ask(
        string path, string page, HttpMethod? method = null)
    {
        using var handler = new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancellation) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellation);
                return new NetworkStream(socket, ownsSocket: true);
            },
        };
        using var client = new HttpClient(handler) { Timeout = Limit };
        using var request = new HttpRequestMessage(method ?? HttpMethod.Get, "http://balancer" + page);
        HttpResponseMessage response = client.Send(request);
        using var reader = new StreamReader(response.Content.ReadAsStream());
        return ((int)response.StatusCode, reader.ReadToEnd(), response);
    }

    /// <summary>Waits until the balancer says that it is ready.</summary>
    public static void WaitUntilReady(string path) =>
        Eventually.True(() => Ask(path, "/readyz") is { Status: 200, Text: "ok\n" }, "ready", TimeSpan.FromSeconds(20));

    /// <summary>A page that must be there.</summary>
    public static string Get(string path, string page)
    {
        (int status, string text, _) = Ask(path, page);
        Assert.True(status == 200, $"{page}: {status} {text}");
        return text;
    }

    /// <summary>Sends bytes as they are and reads to the close.</summary>
    public static string Raw(string path, byte[] bytes)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.ReceiveTimeout = (int)Limit.TotalMilliseconds;
        socket.Connect(new UnixDomainSocketEndPoint(path));
        try
        {
            socket.Send(bytes);
            using var reader = new StreamReader(new NetworkStream(socket));
            return reader.ReadToEnd();
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            return ""; // closed before all was said
        }
    }
}
