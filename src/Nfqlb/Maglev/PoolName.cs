namespace Nfqlb.Maglev;

/// <summary>The name of a pool, which is the name of its segment in /dev/shm.</summary>
/// <param name="Text">Made by <see cref="TryParse"/>.</param>
public readonly record struct PoolName(string Text)
{
    /// <summary>Takes what can be a name in /dev/shm, and is none that nfqlb has for itself.</summary>
    public static bool TryParse(string text, out PoolName name, out string reason)
    {
        name = new PoolName(text);
        reason = SegmentName.Complaint(text) is { Length: > 0 } complaint
            ? complaint
            : SegmentName.ComplaintOfPool(text);
        return reason.Length == 0;
    }

    /// <summary>The name alone.</summary>
    public override string ToString() => Text;
}
