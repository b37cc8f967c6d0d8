using Nfqlb.Flows;
using Nfqlb.Planning.Model;

namespace Nfqlb.Daemon.Settings;

/// <summary>What options say of the fast path; the rest is a document's to say.</summary>
public sealed record FastPathChoice
{
    /// <summary>The links; null for those of the document.</summary>
    public IReadOnlyList<string>? Links { get; init; }

    /// <summary>Whether packets go straight to the link of their target; null where the document says it.</summary>
    public bool? Redirects { get; init; }

    /// <summary>Virtual IPs beside those of `vip-set`.</summary>
    public IReadOnlyList<Cidr> Vips { get; init; } = [];

    /// <summary>How it shall be; null for nowhere.</summary>
    /// <param name="asked">What the document asks for; null for nothing.</param>
    public FastPathSettings? With(DesiredFastPath? asked)
    {
        var links = Links ?? asked?.Links.ToArray();
        return links is null ? null : new FastPathSettings(links, Vips)
        {
            Redirects = Redirects ?? asked is { Redirects: true },
        };
    }
}
