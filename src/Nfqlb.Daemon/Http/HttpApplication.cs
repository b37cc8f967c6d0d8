using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Nfqlb.Daemon.Logging;

namespace Nfqlb.Daemon.Http;

/// <summary>Answers requests: one page a path, GET and HEAD alone.</summary>
/// <param name="pages">What there is to see.</param>
/// <param name="log">Is told of a page that cannot be made.</param>
internal sealed class HttpApplication(BalancerPages pages, EventLog log)
    : IHttpApplication<HttpContext>
{
    private const int PieceBytes = 16 * 1024;

    /// <summary>As long as Prometheus waits for a page by default.</summary>
    private static readonly TimeSpan ReadingLimit = TimeSpan.FromSeconds(10);

    private static readonly HttpPage NotFound = HttpPage.Plain(StatusCodes.Status404NotFound, "no such page\n");
    private static readonly HttpPage NotAllowed = HttpPage.Plain(StatusCodes.Status405MethodNotAllowed, "GET alone\n");
    private static readonly HttpPage Failed = HttpPage.Plain(StatusCodes.Status500InternalServerError, "failed\n");

    /// <inheritdoc/>
    public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

    /// <inheritdoc/>
    public void DisposeContext(HttpContext context, Exception? exception)
    {
    }

    /// <inheritdoc/>
    public async Task ProcessRequestAsync(HttpContext context)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        limit.CancelAfter(ReadingLimit);
        try
        {
            await AnswerAsync(context, limit.Token);
        }
        catch (OperationCanceledException)
        {
            // Gone, or too slow: what it holds is needed for others.
            context.Abort();
        }
    }

    private async Task AnswerAsync(HttpContext context, CancellationToken limit)
    {
        string method = context.Request.Method;
        if (pages.Find(context.Request.Path.Value ?? "") is not { } page)
        {
            await SendAsync(context, NotFound, limit);
        }
        else if (method != HttpMethods.Get && method != HttpMethods.Head)
        {
            context.Response.Headers.Allow = "GET, HEAD";
            await SendAsync(context, NotAllowed, limit);
        }
        else if (await TakeAsync(page, context.Request.Path, limit) is { } copy)
        {
            using (copy)
            {
                await SendAsync(context, copy.Page, limit);
            }
        }
        else
        {
            await SendAsync(context, Failed, limit);
        }
    }

    private async Task<SharedPage.Copy?> TakeAsync(SharedPage page, PathString path, CancellationToken limit)
    {
        try
        {
            return await page.TakeAsync(limit);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            log.Write(
                Severity.Error, "page failed", new LogField("path", path.Value!), new LogField("reason", e.Message));
            return null;
        }
    }

    /// <summary>Piece by piece, each when there is room for it: written at once, all of it would be copied for each
    /// reader.</summary>
    private static async Task SendAsync(HttpContext context, HttpPage page, CancellationToken limit)
    {
        var response = context.Response;
        response.StatusCode = page.Status;
        response.ContentType = page.ContentType;
        response.ContentLength = page.Bytes.Length;
        response.Headers.CacheControl = "no-store";
        if (context.Request.Method == HttpMethods.Head)
        {
            return;
        }
        for (var rest = page.Bytes; rest.Length > 0;)
        {
            int length = Math.Min(PieceBytes, rest.Length);
            if ((await response.BodyWriter.WriteAsync(rest[..length], limit)).IsCompleted)
            {
                return;
            }
            rest = rest[length..];
        }
    }
}
