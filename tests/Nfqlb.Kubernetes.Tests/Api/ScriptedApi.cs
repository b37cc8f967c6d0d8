using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Nfqlb.Planning.Kubernetes;

namespace Nfqlb.Kubernetes.Tests.Api;

/// <summary>An API server of one namespace: lists in pages, watches, bookmarks, versions that are forgotten, as the
/// real one has them; and before it what a test scripts, a request after the other.</summary>
/// <param name="port">Where it listens; 0 for anywhere.</param>
/// <param name="certificate">Its certificate; null for no TLS.</param>
internal sealed class ScriptedApi(int port = 0, X509Certificate2? certificate = null) : IAsyncDisposable
{
    public const string Namespace = "web";

    private const int FirstVersion = 1000;

    private readonly Lock _lock = new();
    private readonly Dictionary<(string Kind, string Name), JsonObject> _objects = [];
    private readonly List<Happening> _happenings = [];
    private readonly ConcurrentQueue<Func<HttpContext, Task<bool>>> _script = new();
    private readonly ConcurrentQueue<string> _requests = new();
    private readonly CancellationTokenSource _stop = new();
    private WebApplication? _server;
    private CancellationTokenSource _cut = new();
    private TaskCompletionSource _news = new();
    private int _version = FirstVersion;
    private int _forgotten = FirstVersion;
    private int _port = port;

    public Uri Address => new($"{(certificate is null ? "http" : "https")}://127.0.0.1:{_port}/");

    /// <summary>What was asked for, in its order.</summary>
    public IReadOnlyList<string> Requests => [.. _requests];

    /// <summary>The token that requests must have; null for any.</summary>
    public string? Token { get; set; }

    /// <summary>From one bookmark to the next.</summary>
    public TimeSpan BookmarkPause { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>What has happened before the last so many is forgotten.</summary>
    public int MostHappenings { get; init; } = int.MaxValue;

    public int OpenWatches => Volatile.Read(ref _openWatches);

    private int _openWatches;

    public async Task StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(options => options.Listen(IPAddress.Loopback, _port, listen =>
        {
            if (certificate is not null)
            {
                listen.UseHttps(certificate);
            }
        }));
        _server = builder.Build();
        _server.Run(AnswerAsync);
        await _server.StartAsync();
        _port = new Uri(_server.Urls.Single()).Port;
    }

    /// <summary>Nobody listens until it is started again, at the same port.</summary>
    public async Task StopAsync()
    {
        await CutAsync();
        await _server!.StopAsync(new CancellationToken(canceled: true));
        await _server.DisposeAsync();
        _server = null;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        if (_server is not null)
        {
            await StopAsync();
        }
    }

    /// <summary>The next request, of whatever kind, meets this; true where it has answered.</summary>
    public void Script(params Func<HttpContext, Task<bool>>[] steps)
    {
        foreach (var step in steps)
        {
            _script.Enqueue(step);
        }
    }

    /// <summary>Creates an object, or changes it.</summary>
    public void Put(JsonObject one)
    {
        string kind = KindOf(one), name = (string)one["metadata"]!["name"]!;
        lock (_lock)
        {
            var copy = (JsonObject)one.DeepClone();
            copy["metadata"]!["resourceVersion"] = Next();
            Happen(_objects.ContainsKey((kind, name)) ? "MODIFIED" : "ADDED", kind, copy);
            _objects[(kind, name)] = copy;
        }
    }

    public void Delete(string kind, string name)
    {
        lock (_lock)
        {
            if (_objects.Remove((kind, name), out var one))
            {
                var last = (JsonObject)one.DeepClone();
                last["metadata"]!["resourceVersion"] = Next();
                Happen("DELETED", kind, last);
            }
        }
    }

    /// <summary>The slices of a Service as they are.</summary>
    public IReadOnlyList<EndpointSlice> Slices(string service)
    {
        lock (_lock)
        {
            return
            [
                .. _objects.Values
                    .Where(one => (string?)one["metadata"]!["labels"]?["kubernetes.io/service-name"] == service)
                    .Select(one => JsonSerializer.Deserialize<EndpointSlice>(one, JsonSerializerOptions.Web)!),
            ];
        }
    }

    /// <summary>What has happened up to now is forgotten: whoever watches from before must list anew.</summary>
    public void Compact()
    {
        lock (_lock)
        {
            _forgotten = _version = _version + 1;
            _happenings.Clear();
        }
    }

    /// <summary>All watches break.</summary>
    public async Task CutAsync()
    {
        var cut = Interlocked.Exchange(ref _cut, new CancellationTokenSource());
        await cut.CancelAsync();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        _requests.Enqueue($"{context.Request.Path}{context.Request.QueryString}");
        if (Token is { } token && context.Request.Headers.Authorization != $"Bearer {token}")
        {
            await Refuse(HttpStatusCode.Unauthorized, "Unauthorized")(context);
            return;
        }
        if (_script.TryDequeue(out var step) && await step(context))
        {
            return;
        }
        string path = context.Request.Path.Value!;
        if (ApiDiscovery.Of(path) is { } discovery)
        {
            await WriteAsync(context, discovery);
        }
        else if (path.Split('/') is [.., "namespaces", Namespace, var kind]
            && kind is ApiObjects.Slices or ApiObjects.Pods)
        {
            bool watches = IsAsked(context, "watch");
            await (watches ? WatchAsync(context, kind) : ListAsync(context, kind));
        }
        else if (path.Split('/') is [.., "namespaces", Namespace, var changed, var name])
        {
            await ChangeAsync(context, changed, name);
        }
        else
        {
            await Refuse(HttpStatusCode.NotFound, "the server could not find the requested resource")(context);
        }
    }

    private async Task ChangeAsync(HttpContext context, string kind, string name)
    {
        if (context.Request.Method == HttpMethods.Get)
        {
            await WriteAsync(context, _objects[(kind, name)]);
            return;
        }
        if (context.Request.Method == HttpMethods.Delete)
        {
            Delete(kind, name);
        }
        else
        {
            Put((JsonObject)(await JsonNode.ParseAsync(context.Request.Body))!);
        }
        await WriteAsync(context, []);
    }

    private async Task ListAsync(HttpContext context, string kind)
    {
        int limit = int.TryParse(context.Request.Query["limit"], out int given) && given > 0 ? given : int.MaxValue;
        string next = context.Request.Query["continue"].ToString();
        JsonObject list;
        lock (_lock)
        {
            // Of a page that goes on: the version of the list, and the name behind which it goes on.
            string[] parts = next.Split(':', 2);
            int version = parts.Length == 2 ? int.Parse(parts[0], CultureInfo.InvariantCulture) : _version;
            if (version < _forgotten)
            {
                list = Status(HttpStatusCode.Gone, "The provided continue parameter is too old");
                context.Response.StatusCode = (int)HttpStatusCode.Gone;
            }
            else
            {
                var all = _objects.Where(one => one.Key.Kind == kind && Matches(context, one.Value))
                    .OrderBy(one => one.Key.Name, StringComparer.Ordinal)
                    .Where(one => parts.Length < 2 || string.CompareOrdinal(one.Key.Name, parts[1]) > 0).ToList();
                var page = all.Take(limit).ToList();
                list = new JsonObject
                {
                    ["kind"] = kind == ApiObjects.Pods ? "PodList" : "EndpointSliceList",
                    ["apiVersion"] = kind == ApiObjects.Pods ? "v1" : "discovery.k8s.io/v1",
                    ["metadata"] = new JsonObject
                    {
                        ["resourceVersion"] = $"{version}",
                        ["continue"] = page.Count < all.Count ? $"{version}:{page[^1].Key.Name}" : null,
                    },
                    ["items"] = new JsonArray([.. page.Select(one => one.Value.DeepClone())]),
                };
            }
        }
        await WriteAsync(context, list);
    }

    private async Task WatchAsync(HttpContext context, string kind)
    {
        string from = context.Request.Query["resourceVersion"].ToString();
        int seen = int.TryParse(from, out int version) ? version : _version;
        if (seen > _version)
        {
            string words = $"Timeout: Too large resource version: {seen}, current: {_version}";
            await Refuse(HttpStatusCode.GatewayTimeout, words)(context);
            return;
        }
        double seconds = double.TryParse(context.Request.Query["timeoutSeconds"], out double given) ? given : 300;
        bool hasBookmarks = IsAsked(context, "allowWatchBookmarks");
        var cut = _cut.Token;
        using var end = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token, context.RequestAborted, cut);
        end.CancelAfter(TimeSpan.FromSeconds(seconds));
        context.Response.ContentType = "application/json";
        Interlocked.Increment(ref _openWatches);
        try
        {
            await context.Response.Body.FlushAsync(end.Token);
            while (true)
            {
                var (lines, news, upTo) = Since(context, kind, seen);
                seen = upTo;
                foreach (string line in lines)
                {
                    await context.Response.WriteAsync(line + '\n', end.Token);
                }
                await context.Response.Body.FlushAsync(end.Token);
                if (lines is [.., var last] && last.StartsWith("{\"type\":\"ERROR\"", StringComparison.Ordinal))
                {
                    return;
                }
                if (await Task.WhenAny(news, Task.Delay(BookmarkPause, end.Token)) != news && hasBookmarks
                    && !end.IsCancellationRequested)
                {
                    await context.Response.WriteAsync(Bookmark(kind) + '\n', end.Token);
                }
                end.Token.ThrowIfCancellationRequested();
            }
        }
        catch (OperationCanceledException) when (cut.IsCancellationRequested)
        {
            context.Abort();
        }
        catch (OperationCanceledException)
        {
            // It is over, and its end is proper.
        }
        finally
        {
            Interlocked.Decrement(ref _openWatches);
        }
    }

    private (List<string> Lines, Task News, int UpTo) Since(HttpContext context, string kind, int seen)
    {
        lock (_lock)
        {
            if (seen < _forgotten)
            {
                var gone = Status(HttpStatusCode.Gone, $"too old resource version: {seen} ({_forgotten})");
                return ([Event("ERROR", gone)], _news.Task, seen);
            }
            var lines = _happenings.Skip(_happenings.FindLastIndex(one => one.Version <= seen) + 1)
                .Where(one => one.Kind == kind && Matches(context, one.Object))
                .Select(one => Event(one.Type, one.Object)).ToList();
            return (lines, _news.Task, _version);
        }
    }

    /// <summary>An answer that is no answer.</summary>
    public static Func<HttpContext, Task<bool>> Refuse(HttpStatusCode code, string message, int? retryAfter = null) =>
        async context =>
        {
            context.Response.StatusCode = (int)code;
            if (retryAfter is not null)
            {
                context.Response.Headers.RetryAfter = $"{retryAfter}";
            }
            await WriteAsync(context, Status(code, message));
            return true;
        };

    /// <summary>An answer of any bytes.</summary>
    public static Func<HttpContext, Task<bool>> Say(string text) => async context =>
    {
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(text);
        return true;
    };

    public static string Event(string type, JsonObject one) =>
        $$"""{"type":"{{type}}","object":{{one.ToJsonString()}}}""";

    public static JsonObject Status(HttpStatusCode code, string message) => new()
    {
        ["kind"] = "Status",
        ["apiVersion"] = "v1",
        ["metadata"] = new JsonObject(),
        ["status"] = "Failure",
        ["message"] = message,
        ["reason"] = code == HttpStatusCode.Gone ? "Expired" : $"{code}",
        ["code"] = (int)code,
    };

    private string Bookmark(string kind) => Event("BOOKMARK", new JsonObject
    {
        ["kind"] = kind == ApiObjects.Pods ? "Pod" : "EndpointSlice",
        ["apiVersion"] = kind == ApiObjects.Pods ? "v1" : "discovery.k8s.io/v1",
        ["metadata"] = new JsonObject { ["resourceVersion"] = $"{_version}" },
    });

    /// <summary>As Go reads it.</summary>
    private static bool IsAsked(HttpContext context, string key) =>
        (string?)context.Request.Query[key] is "1" or "t" or "T" or "true" or "TRUE" or "True";

    private static bool Matches(HttpContext context, JsonObject one)
    {
        string selector = context.Request.Query["labelSelector"].ToString();
        return selector.Length == 0 || selector.Split(',').All(term => term.Split('=', 2) is [var key, var value]
            && (string?)one["metadata"]!["labels"]?[key] == value);
    }

    private static Task WriteAsync(HttpContext context, JsonObject one)
    {
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(one.ToJsonString());
    }

    private static string KindOf(JsonObject one) =>
        (string?)one["kind"] == "Pod" ? ApiObjects.Pods : ApiObjects.Slices;

    private string Next() => $"{++_version}";

    private void Happen(string type, string kind, JsonObject one)
    {
        _happenings.Add(new Happening(_version, type, kind, one));
        if (_happenings.Count > MostHappenings)
        {
            int forgotten = _happenings.Count - (MostHappenings / 2);
            _forgotten = _happenings[forgotten - 1].Version;
            _happenings.RemoveRange(0, forgotten);
        }
        var news = _news;
        _news = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        news.TrySetResult();
    }

    private sealed record Happening(int Version, string Type, string Kind, JsonObject Object);
}
