namespace Nfqlb.Routing;

/// <summary>What a routing rule does with the marks it looks at.</summary>
public enum MarkAction : byte
{
    /// <summary>Nothing; it is there to be jumped to.</summary>
    Nop,

    /// <summary>Looks the route up in a table. Goes on only where that has no route.</summary>
    Lookup,

    /// <summary>Goes on at the first rule of a priority. Does nothing while there is none.</summary>
    GoTo,
}
