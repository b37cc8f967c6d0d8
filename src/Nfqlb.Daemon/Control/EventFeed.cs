using System.Net.Sockets;
using System.Text;
using Nfqlb.Daemon.Logging;

namespace Nfqlb.Daemon.Control;

/// <summary>Sends events to clients until they say that it is enough.</summary>
/// <remarks>A slow client keeps nobody waiting: what is forgotten before it was sent is counted, and told.</remarks>
/// <param name="history">Has the events.</param>
internal sealed class EventFeed(EventHistory history)
{
    /// <summary>Sends what has happened after an event, and then what happens.</summary>
    /// <param name="stream">To the client, who ends it by whatever it says, or by going.</param>
    /// <param name="after">The number of the event; null for all that is kept.</param>
    /// <param name="stopping">Ends it.</param>
    public async Task SendAsync(NetworkStream stream, long? after, CancellationToken stopping)
    {
        var hasEnded = stream.ReadAsync(new byte[1], stopping).AsTask();
        while (!hasEnded.IsCompleted)
        {
            var read = history.After(after);
            after = read.Last;
            await stream.WriteAsync(Encoding.UTF8.GetBytes(string.Concat(read.Parts())), stopping);
            await Task.WhenAny(hasEnded, history.NewsAfter(read.Last));
        }
    }
}
