using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text.Json;
using Nfqlb.Kubernetes.Wire;

namespace Nfqlb.Kubernetes.Access;

/// <summary>Asks the API server. Files that say how are read again each minute, and when the token is refused.
/// </summary>
/// <param name="access">Where that is written.</param>
/// <param name="time">The time.</param>
internal sealed class ApiClient(ApiAccess access, TimeProvider time) : IDisposable
{
    private const int MostErrorBytes = 64 << 10;

    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private Credentials? _credentials;
    private HttpClient? _http;
    private string? _token;
    private long _readAt;

    /// <summary>Sends a reading request; the answer's body is to come.</summary>
    /// <param name="path">Behind the server's address, without a slash at its beginning.</param>
    /// <param name="accept">The media types that can be read.</param>
    /// <param name="stop">Ends waiting.</param>
    /// <exception cref="ApiException">There is no answer, or another one than 200.</exception>
    public async Task<HttpResponseMessage> GetAsync(string path, string accept, CancellationToken stop)
    {
        var (http, server, token) = Current();
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(server, path));
        request.Headers.TryAddWithoutValidation("Accept", accept);
        request.Headers.TryAddWithoutValidation("User-Agent", "nfqlb");
        if (token is not null && server.Scheme == Uri.UriSchemeHttps) // In clear it is said to nobody.
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }
        HttpResponseMessage answer;
        try
        {
            answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stop);
        }
        catch (HttpRequestException e)
        {
            throw new ApiException($"{server.Authority}: {Reason(e)}", e);
        }
        catch (FormatException e)
        {
            throw new ApiException("the token is none that can be sent", e);
        }
        if (answer.StatusCode == HttpStatusCode.OK)
        {
            return answer;
        }
        using (answer)
        {
            if (answer.StatusCode == HttpStatusCode.Unauthorized)
            {
                Forget();
            }
            throw await RefusalAsync(answer, stop);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _http?.Dispose();

    private (HttpClient Http, Uri Server, string? Token) Current()
    {
        lock (_lock)
        {
            if (_http is null || time.GetElapsedTime(_readAt) >= Lifetime)
            {
                (var credentials, _token) = Credentials.Read(access);
                _readAt = time.GetTimestamp();
                if (_http is null || credentials != _credentials)
                {
                    // What runs over the old one goes on until its server ends it.
                    _http = Make(credentials);
                    _credentials = credentials;
                }
            }
            return (_http, _credentials!.Server, _token);
        }
    }

    private void Forget()
    {
        lock (_lock)
        {
            _readAt = time.GetTimestamp() - (long)(Lifetime.TotalSeconds * time.TimestampFrequency);
        }
    }

    private static HttpClient Make(Credentials credentials) => new(new SocketsHttpHandler
    {
        SslOptions = credentials.ToTls(),
        ConnectTimeout = ConnectTimeout,
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
        ConnectCallback = ConnectAsync,
    })
    {
        Timeout = Timeout.InfiniteTimeSpan, // Whoever asks says how long he waits.
    };

    private static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken stop)
    {
        var (host, port) = (context.DnsEndPoint.Host, context.DnsEndPoint.Port);
        var addresses = IPAddress.TryParse(host, out var address) ? [address]
            : await Dns.GetHostAddressesAsync(host, stop);
        for (int i = 0; ; i++)
        {
            try
            {
                return await ConnectAsync(new IPEndPoint(addresses[i], port), stop);
            }
            catch (SocketException) when (i < addresses.Length - 1)
            {
                // The next one may answer; the last one's reason is told.
            }
        }
    }

    /// <summary>A server that is gone without a word is noticed after half a minute.</summary>
    private static async Task<NetworkStream> ConnectAsync(IPEndPoint server, CancellationToken stop)
    {
        var socket = new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, 15);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, 5);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, 3);
            await socket.ConnectAsync(server, stop);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static async Task<ApiException> RefusalAsync(HttpResponseMessage answer, CancellationToken stop)
    {
        string words = $"{(int)answer.StatusCode} {PlainText.Visible(answer.ReasonPhrase ?? "")}".TrimEnd();
        var after = answer.Headers.RetryAfter?.Delta;
        try
        {
            await using var body = await answer.Content.ReadAsStreamAsync(stop);
            var bytes = new byte[MostErrorBytes];
            int count = await body.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, stop);
            var status = JsonSerializer.Deserialize(bytes.AsSpan(0, count), ApiJson.Default.ApiStatus);
            words = status?.Message is { Length: > 0 } message ? $"{words}: {PlainText.Visible(message)}" : words;
        }
        catch (Exception e) when (e is JsonException or IOException or HttpRequestException)
        {
            // Another one than an API server has answered: the status alone is told.
        }
        return new ApiException(words) { Status = answer.StatusCode, RetryAfter = after };
    }

    /// <summary>What is behind an error, without the words of the library around it.</summary>
    private static string Reason(Exception e)
    {
        while (e.InnerException is { } inner)
        {
            e = inner;
        }
        return PlainText.Visible(e.Message);
    }
}
