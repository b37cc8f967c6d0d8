namespace Nfqlb.Planning.Status;

/// <summary>How bad something is.</summary>
public enum Severity
{
    /// <summary>As it should be.</summary>
    Ok,

    /// <summary>As it should be, and could be faster; or something was not checked.</summary>
    Hint,

    /// <summary>May be meant so; or cannot be seen.</summary>
    Warn,

    /// <summary>Packets are lost, or not balanced as is asked for.</summary>
    Bad,
}
