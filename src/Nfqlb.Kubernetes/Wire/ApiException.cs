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

    /// <summary>It knows no more what has happened since (410), as happens.</summary>
    public bool IsGone => Status == HttpStatusCode.Gone;

    /// <summary>What is known may be nothing that it knows of: all is to be listed again. So also where it was made
    /// anew from a backup, and a version of before is too high for it.</summary>
    public bool IsLost => Status is not (null or HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden
        or HttpStatusCode.TooManyRequests);
}
