using System.Net;

namespace Nfqlb.Kubernetes.Wire;

/// <summary>The API server does not give what it was asked for.</summary>
/// <param name="message">Why, in a line.</param>
/// <param name="cause">What failed.</param>
internal sealed class ApiException(string message, Exception? cause = null) : Exception(message, cause)
{
    /// <summary>What it answered; null where it answered nothing.</summary>
    public HttpStatusCode? Status { get; init; }

    /// <summary>It wants to be left alone for so long; null where it says nothing.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>It knows no more what has happened since: all is to be listed again.</summary>
    public bool IsGone => Status == HttpStatusCode.Gone;
}
