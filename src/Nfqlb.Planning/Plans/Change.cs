namespace Nfqlb.Planning.Plans;

/// <summary>One object comes, goes, or becomes another.</summary>
/// <remarks>A closed set: a feature of a link, a route, a rule, a pool, a flow, the table of virtual addresses. Each
/// knows the change that undoes it.</remarks>
public abstract record Change
{
    private protected Change()
    {
    }

    /// <summary>When it is carried out: a function of what changes.</summary>
    public abstract Stage Stage { get; }

    /// <summary>The object that it is about: that of a change which undoes or repeats this one is equal.</summary>
    public abstract object Subject { get; }

    /// <summary>From what is afterwards to what was before.</summary>
    public abstract Change Inverse { get; }

    /// <summary>As a diff: `+ ipv4 rule …`, `- flow …`.</summary>
    public abstract IEnumerable<string> Lines { get; }

    /// <summary>In one line, for messages.</summary>
    public sealed override string ToString() => string.Join("; ", Lines);
}
