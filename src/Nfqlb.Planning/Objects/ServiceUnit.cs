namespace Nfqlb.Planning.Objects;

/// <summary>The unit of systemd that starts the balancer.</summary>
public static class ServiceUnit
{
    /// <summary>The only one of these that is an nfqlb; null for none, or several.</summary>
    /// <param name="enabled">Units that are started with the host, by name.</param>
    public static string? Among(IEnumerable<string> enabled)
    {
        string[] units = [.. enabled.Where(unit => unit is "nfqlb.service" or "nfqlb-serve.service"
            || unit.StartsWith("flowlb@", StringComparison.Ordinal))];
        return units is [var only] ? only : null;
    }
}
