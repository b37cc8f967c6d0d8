using Nfqlb.Planning.Status;

namespace Nfqlb.Planning.Tests.Support;

/// <summary>Findings as lines, which are easily compared.</summary>
internal static class Said
{
    public static string[] By(IEnumerable<Finding> findings) =>
    [
        .. findings.Select(finding =>
            $"{finding.Severity}: {finding.What}{(finding.Remedy is null ? "" : $" -> {finding.Remedy}")}"),
    ];
}
