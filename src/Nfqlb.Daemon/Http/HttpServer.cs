using System.Net.Sockets;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Nfqlb.Daemon.Logging;
using Nfqlb.Daemon.Settings;

using Stopwatch = System.Diagnostics.Stopwatch;

namespace Nfqlb.Daemon.Http;

/// <summary>Shows the balancer to those who watch it over HTTP: Kestrel, without the rest of ASP.NET Core.</summary>
/// <remarks>
/// It runs on threads of the pool, never on a worker's. Its limits are low: a page needs no body, few headers and one
/// connection, and a client that is slow, silent or huge is closed.
/// </remarks>
/// <param name="address">Where.</param>
/// <param name="bound">The socket there; null to take it as soon as the balancer before this one lets go of it.</param>
/// <param name="pages">What there is to see.</param>
/// <param name="log">Is told of an address that is open to others, and of the server's own errors.</param>
internal sealed class HttpServer(HttpAddress address, Socket? bound, BalancerPages pages, EventLog log) : IHostedService
{
    private const int MostConnections = 512;
    private const int LongestRequestLineBytes = 1024;
    private const int LongestHeadersBytes = 8 * 1024;
    private const int MostHeaders = 32;
    private const int RequestBufferBytes = 64 * 1024;
    private const int ResponseBufferBytes = 16 * 1024;
    private const int LeastBytesPerSecond = 16 * 1024;

    private static readonly TimeSpan BindPause = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan HeadersLimit = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan SilenceLimit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan SlownessLimit = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan StopLimit = TimeSpan.FromMilliseconds(500);

    private readonly CancellationTokenSource _stopping = new();
    private Task<KestrelServer> _server = null!;

    /// <inheritdoc/>
    public async Task StartAsync(CancellationToken cancellation)
    {
        if (!address.IsLocal)
        {
            log.Write(
                Severity.Warning,
                "http is open to other machines, and asks nobody who he is",
                new LogField("address", address.Text));
        }
        _server = ServeAsync();
        if (bound is not null)
        {
            await _server;
        }
    }

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken cancellation)
    {
        await _stopping.CancelAsync();
        try
        {
            using var server = await _server;
            using var limit = new CancellationTokenSource(StopLimit);
            await server.StopAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            // Never came to serve, or a client was in the middle of a page: it is closed.
        }
    }

    private async Task<KestrelServer> ServeAsync()
    {
        var socket = bound ?? await WaitForAddressAsync();
        var transport = new SocketTransportOptions
        {
            CreateBoundListenSocket = _ => socket,
            Backlog = HttpSocket.Backlog,
        };
        var options = new KestrelServerOptions
        {
            AddServerHeader = false,
            ApplicationServices = new ServiceCollection().BuildServiceProvider(),
        };
        var limits = options.Limits;
        limits.MaxConcurrentConnections = MostConnections;
        limits.MaxRequestBodySize = 0;
        limits.MaxRequestBufferSize = RequestBufferBytes;
        limits.MaxResponseBufferSize = ResponseBufferBytes;
        limits.MaxRequestLineSize = LongestRequestLineBytes;
        limits.MaxRequestHeadersTotalSize = LongestHeadersBytes;
        limits.MaxRequestHeaderCount = MostHeaders;
        limits.RequestHeadersTimeout = HeadersLimit;
        limits.KeepAliveTimeout = SilenceLimit;
        limits.MinResponseDataRate = new MinDataRate(LeastBytesPerSecond, SlownessLimit);
        options.Listen(address.EndPoint, listen => listen.Protocols = HttpProtocols.Http1);
        var loggers = new EventLoggerFactory(log);
        var server = new KestrelServer(
            Options.Create(options), new SocketTransportFactory(Options.Create(transport), loggers), loggers);
        await server.StartAsync(new HttpApplication(pages, log), _stopping.Token);
        return server;
    }

    /// <summary>The balancer that this one takes over from has it until it ends, some milliseconds from now.</summary>
    private async Task<Socket> WaitForAddressAsync()
    {
        bool isTold = false;
        for (long began = Stopwatch.GetTimestamp(); ;)
        {
            try
            {
                return HttpSocket.Bind(address);
            }
            catch (SettingException e)
            {
                if (!isTold && Stopwatch.GetElapsedTime(began) > Patience)
                {
                    log.Write(Severity.Warning, "no http yet", new LogField("reason", e.Reason));
                    isTold = true;
                }
            }
            await Task.Delay(isTold ? Patience : BindPause, _stopping.Token);
        }
    }
}
