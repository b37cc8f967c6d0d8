using Nfqlb.Checks;

namespace Nfqlb.Planning.Model;

/// <summary>Keys of checks that the type of the check has no use for: whoever wrote them expects what will not
/// be.</summary>
/// <remarks>Each map is looked at by itself: a target that is checked by another type than its pool inherits keys that
/// are idle there, and may.</remarks>
public static class IdleCheckKeys
{
    private const string AnyHttp = "http and https";

    /// <summary>All of them, in the order of pools and targets.</summary>
    public static IEnumerable<Diagnostic> Diagnostics(DesiredState wanted)
    {
        foreach (var (i, pool) in wanted.Pools.Index())
        {
            foreach (var diagnostic in Of(pool.Check, pool.Check?.Kind, $"pools[{i}].check"))
            {
                yield return diagnostic;
            }
            foreach (var (j, target) in pool.Targets.Index())
            {
                string path = $"pools[{i}].targets[{j}].check";
                foreach (var diagnostic in Of(target.Check, target.Check?.Kind ?? pool.Check?.Kind, path))
                {
                    yield return diagnostic;
                }
            }
        }
    }

    /// <returns>None where no type is known: that is a fault by itself.</returns>
    private static IEnumerable<Diagnostic> Of(DesiredCheck? check, CheckKind? kind, string path)
    {
        if (check is null || kind is not { } known)
        {
            yield break;
        }
        foreach (var (key, isSaid, types) in Keys(check, known))
        {
            if (isSaid)
            {
                yield return new($"{path}.{key}", $"is for {types}, and this check is {CheckWords.Of(known)}");
            }
        }
    }

    /// <summary>The keys that a type has no use for, whether they are said, and which types have one.</summary>
    private static IEnumerable<(string Key, bool IsSaid, string Types)> Keys(DesiredCheck check, CheckKind kind)
    {
        if (kind == CheckKind.Icmp)
        {
            yield return ("port", check.Port is not null, "all types but icmp");
        }
        if (kind is not (CheckKind.Http or CheckKind.Https))
        {
            yield return ("path", check.Path is not null, AnyHttp);
            yield return ("host", check.Host is not null, AnyHttp);
            yield return ("status", check.Statuses is not null, AnyHttp);
            yield return ("body", check.Body is not null, AnyHttp);
        }
        if (kind != CheckKind.Https)
        {
            yield return ("verify", check.Verifies is not null, "https");
            yield return ("ca", check.Authority is not null, "https");
        }
        if (kind != CheckKind.Udp)
        {
            yield return ("payload", check.Payload is not null, "udp");
            yield return ("answer", check.Answer is not null, "udp");
        }
        if (kind != CheckKind.Exec)
        {
            yield return ("command", check.Command is not null, "exec");
        }
    }
}
