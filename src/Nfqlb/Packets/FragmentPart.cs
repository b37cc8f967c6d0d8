namespace Nfqlb.Packets;

/// <summary>Which part of an IP packet this is.</summary>
public enum FragmentPart : byte
{
    /// <summary>Not a fragment, or an atomic one (RFC 6946).</summary>
    Whole,

    /// <summary>Fragment offset 0, more to come: it has the ports.</summary>
    First,

    /// <summary>Fragment offset above 0: no transport header.</summary>
    Later,
}
