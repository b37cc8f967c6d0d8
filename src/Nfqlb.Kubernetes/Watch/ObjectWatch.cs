using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Nfqlb.Kubernetes.Access;
using Nfqlb.Kubernetes.Wire;
using Nfqlb.Planning.Kubernetes;

namespace Nfqlb.Kubernetes.Watch;

/// <summary>Which objects are watched, and how they are read.</summary>
/// <param name="Path">Of their collection, without a slash at its beginning.</param>
/// <param name="Selector">By which labels; empty for all.</param>
/// <param name="AcceptList">The media types in which a list is asked for.</param>
/// <param name="AcceptEvents">Those in which events are.</param>
/// <param name="List">Reads a list.</param>
/// <param name="Event">Reads an event.</param>
internal sealed record WatchedObjects<T>(
    string Path, string Selector, string AcceptList, string AcceptEvents, JsonTypeInfo<ObjectList<T>> List,
    EventReader<T> Event)
    where T : class, IKubernetesObject;

/// <summary>Lists objects once, watches them from then on, and lists them anew only where the server has forgotten what
/// happened since. What is known stays known until it is known better.</summary>
/// <param name="client">Asks.</param>
/// <param name="what">What is watched.</param>
/// <param name="pace">How long it waits.</param>
/// <param name="time">The time.</param>
/// <param name="random">Spreads attempts.</param>
/// <param name="changed">Is told when something is another than before: true for an object, false for
/// <see cref="State"/> alone.</param>
internal sealed class ObjectWatch<T>(
    ApiClient client, WatchedObjects<T> what, WatchPace pace, TimeProvider time, Random random, Action<bool> changed)
    where T : class, IKubernetesObject
{
    private readonly Mirror<T> _mirror = new();
    private readonly Backoff _backoff = new(pace, random);

    /// <summary>What happened up to here is known; null where all is to be listed.</summary>
    private string? _version;

    private volatile WatchState _state = WatchState.Begun;

    /// <summary>The objects, by name; another dictionary after each change.</summary>
    public IReadOnlyDictionary<string, T> Objects => _mirror.Objects;

    /// <summary>How far they are what the server knows.</summary>
    public WatchState State => _state;

    /// <summary>Goes on until it is told to stop.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            TimeSpan? asked = null;
            try
            {
                if (_version is null)
                {
                    await ListAsync(stop);
                }
                await WatchAsync(stop);
            }
            catch (ApiException e)
            {
                asked = e.RetryAfter;
                _version = e.IsLost ? null : _version;
                Fail(e.IsGone ? null : e.Message);
            }
            catch (Exception e) when (!stop.IsCancellationRequested)
            {
                // What does not fit is listed anew; a connection that breaks has brought all that came before.
                _version = e is IOException or HttpRequestException or OperationCanceledException ? _version : null;
                Fail(e switch
                {
                    OperationCanceledException => "the server does not answer in time",
                    IOException or HttpRequestException => "the connection broke",
                    JsonException => "what the server answers is not what the API of Kubernetes does",
                    _ => PlainText.Visible($"{e.GetType().Name}: {e.Message}"),
                });
            }
            catch (Exception) when (stop.IsCancellationRequested)
            {
                return;
            }
            await PauseAsync(_backoff.Next(asked), stop);
        }
    }

    private async Task ListAsync(CancellationToken stop)
    {
        var all = new List<T>();
        string? next = null, version;
        do
        {
            using var limit = Limit(pace.AnswerTimeout, stop);
            string query = $"limit={pace.PageObjects}"
                + (next is null ? "" : $"&continue={Uri.EscapeDataString(next)}");
            using var answer = await client.GetAsync(PathOf(query), what.AcceptList, limit.Token);
            await using var body = await answer.Content.ReadAsStreamAsync(limit.Token);
            var page = JsonSerializer.Deserialize((await Body.ReadAsync(body, limit.Token)).Span, what.List);
            version = page?.Metadata?.ResourceVersion;
            if (page?.Kind?.EndsWith("List", StringComparison.Ordinal) != true || string.IsNullOrEmpty(version))
            {
                throw new JsonException();
            }
            all.AddRange(page.Items ?? []);
            if (all.Count > Mirror<T>.MostObjects)
            {
                throw new ApiException($"more than {Mirror<T>.MostObjects} objects");
            }
            next = page.Metadata!.Continue;
        }
        while (!string.IsNullOrEmpty(next));
        bool isAnother = _mirror.Replace(all);

        // Not before: of a list that broke off nothing is known, and it is asked for again.
        _version = version;
        bool isFirst = !_state.IsListed;
        _state = _state with { IsListed = true, Problem = null, LastHeard = time.GetUtcNow() };
        if (isAnother || isFirst)
        {
            changed(true);
        }
    }

    private async Task WatchAsync(CancellationToken stop)
    {
        using var limit = Limit(pace.AnswerTimeout, stop);
        int seconds = (int)Math.Ceiling(pace.WatchLength.TotalSeconds * (0.75 + (random.NextDouble() / 4)));
        string query = $"watch=1&allowWatchBookmarks=true&timeoutSeconds={seconds}"
            + $"&resourceVersion={Uri.EscapeDataString(_version ?? "")}";
        using var answer = await client.GetAsync(PathOf(query), what.AcceptEvents, limit.Token);
        limit.CancelAfter(TimeSpan.FromSeconds(seconds) + pace.Grace);
        long opened = time.GetTimestamp();
        _state = _state with { IsOpen = true, Problem = null, LastHeard = time.GetUtcNow() };
        changed(false);
        try
        {
            await using var body = await answer.Content.ReadAsStreamAsync(limit.Token);
            var lines = new JsonLines(body);
            while (await lines.NextAsync(limit.Token) is { } line)
            {
                if (!line.Span.Trim("\r "u8).IsEmpty)
                {
                    Take(line.Span);
                }
            }
        }
        finally
        {
            _state = _state with { IsOpen = false, LastHeard = time.GetUtcNow() };
            if (time.GetElapsedTime(opened) >= pace.Steady)
            {
                _backoff.Reset();
            }
        }
    }

    private void Take(ReadOnlySpan<byte> line)
    {
        var told = what.Event(line, _mirror.Objects);
        if (told?.Type == "ERROR")
        {
            var status = JsonSerializer.Deserialize(line, ApiJson.Default.WatchEventApiStatus)?.Object;

            // Whatever it is, nobody knows what was missed.
            _version = null;
            throw new ApiException($"the watch has failed: {status?.Code} {PlainText.Visible(status?.Message ?? "")}")
            {
                Status = (HttpStatusCode?)status?.Code,
            };
        }
        if (told?.Object is not { } one)
        {
            throw new JsonException();
        }
        bool isAnother = told.Type switch
        {
            "ADDED" or "MODIFIED" => _mirror.Put(one),
            "DELETED" => _mirror.Remove(one),
            _ => false, // BOOKMARK: nothing has happened up to here.
        };
        _version = one.Metadata?.ResourceVersion ?? _version;
        if (isAnother)
        {
            changed(true);
        }
    }

    private void Fail(string? problem)
    {
        _state = _state with { Problem = problem };
        changed(false);
    }

    private string PathOf(string query) => $"{what.Path}?{query}"
        + (what.Selector.Length == 0 ? "" : $"&labelSelector={Uri.EscapeDataString(what.Selector)}");

    private static CancellationTokenSource Limit(TimeSpan time, CancellationToken stop)
    {
        var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(time);
        return limit;
    }

    private async Task PauseAsync(TimeSpan pause, CancellationToken stop) =>
        await Task.Delay(pause, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
}
