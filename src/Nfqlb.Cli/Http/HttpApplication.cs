using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Nfqlb.Cli.Logging;

namespace Nfqlb.Cli.Http;

/// <summary>Answers requests: one page a path, GET and HEAD alone.</summary>
/// <param name="pages">What there is to see.</param>
/// <param name="log">Is told of a page that cannot be made.</param>
internal sealed class HttpApplication(BalancerPages pages, EventLog log)
    : IHttpApplication<HttpContext>
{
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
        var page = Find(context.Request.Method, context.Request.Path);
        var response = context.Response;
        response.StatusCode = page.Status;
        response.ContentType = page.ContentType;
        response.ContentLength = page.Bytes.Length;
        response.Headers.CacheControl = "no-store";
        if (page.Status == StatusCodes.Status405MethodNotAllowed)
        {
            response.Headers.Allow = "GET, HEAD";
        }
        if (context.Request.Method != HttpMethods.Head)
        {
            await response.BodyWriter.WriteAsync(page.Bytes, context.RequestAborted);
        }
    }

    private HttpPage Find(string method, PathString path)
    {
        if (pages.Find(path.Value ?? "") is not { } make)
        {
            return NotFound;
        }
        if (method != HttpMethods.Get && method != HttpMethods.Head)
        {
            return NotAllowed;
        }
        try
        {
            return make();
        }
        catch (Exception e)
        {
            log.Write(
                Severity.Error, "page failed", new LogField("path", path.Value!), new LogField("reason", e.Message));
            return Failed;
        }
    }
}
