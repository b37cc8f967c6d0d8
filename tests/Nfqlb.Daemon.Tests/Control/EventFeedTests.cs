using System.Net.Sockets;
using System.Text.Json;
using Nfqlb.Daemon.Control;
using Nfqlb.Daemon.Logging;

namespace Nfqlb.Daemon.Tests.Control;

/// <summary>Who follows events gets all of them, or is told how many are missing; nobody waits for him.</summary>
public sealed class EventFeedTests : IDisposable
{
    private const int Flood = 20_000;

    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    private readonly EventHistory _history = new(first: 0);
    private readonly Socket _client;
    private readonly Socket _server;

    public EventFeedTests()
    {
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        var address = new UnixDomainSocketEndPoint($"\0nfqlb-events-{Guid.NewGuid()}");
        listener.Bind(address);
        listener.Listen();
        _client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        _client.Connect(address);
        _server = listener.Accept();
    }

    public void Dispose()
    {
        _client.Dispose();
        _server.Dispose();
    }

    [Fact]
    public async Task A_slow_follower_holds_up_nobody_and_knows_what_he_has_missed()
    {
        using var stop = new CancellationTokenSource();
        var sending = new EventFeed(_history).SendAsync(new NetworkStream(_server), after: null, stop.Token);
        for (int i = 0; i < Flood; i++)
        {
            Add();
        }
        using var reader = new StreamReader(new NetworkStream(_client));
        long next = 0, missed = 0;
        while (next < Flood)
        {
            var line = JsonDocument.Parse((await reader.ReadLineAsync().WaitAsync(Soon))!).RootElement;
            if (line.TryGetProperty("missed", out var count))
            {
                missed += count.GetInt64();
                next += count.GetInt64();
                continue;
            }
            Assert.Equal(next++, line.GetProperty("id").GetInt64());
        }
        Assert.InRange(missed, 1, Flood - EventHistory.MostEvents);
        Assert.False(sending.IsCompleted);

        _client.Shutdown(SocketShutdown.Send);
        await sending.WaitAsync(Soon);
    }

    [Fact]
    public async Task What_happens_later_comes_at_once_and_the_end_of_the_balancer_ends_it()
    {
        using var stop = new CancellationTokenSource();
        Add();
        var sending = new EventFeed(_history).SendAsync(new NetworkStream(_server), after: 0, stop.Token);
        using var reader = new StreamReader(new NetworkStream(_client));
        var line = reader.ReadLineAsync();
        await Task.Delay(50);
        Assert.False(line.IsCompleted);
        Add();
        Assert.StartsWith("{\"id\":1,", await line.WaitAsync(Soon));

        await stop.CancelAsync();
        await sending.WaitAsync(Soon);
    }

    private void Add() => _history.Add(id => $$"""{"id":{{id}},"event":"{{new string('x', 100)}}"}""");
}
