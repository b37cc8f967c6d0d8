namespace Nfqlb.Planning.Objects;

/// <summary>A part of the host that was looked at: what it holds, or why that could not be read.</summary>
/// <typeparam name="T">What it holds.</typeparam>
public sealed record Reading<T>
{
    private readonly T? _value;

    /// <summary>A part that was read.</summary>
    public Reading(T value) => _value = value;

    private Reading(string reason, bool isDenied)
    {
        Reason = reason;
        IsDenied = isDenied;
    }

    /// <summary>Why it was not read, in one line or some; null when it was.</summary>
    public string? Reason { get; }

    /// <summary>It is not for this user to see; somebody with more rights may see it.</summary>
    public bool IsDenied { get; }

    /// <summary>It was read.</summary>
    public bool IsRead => Reason is null;

    /// <summary>What was read.</summary>
    /// <exception cref="InvalidOperationException">It was not.</exception>
    public T Value => IsRead ? _value! : throw new InvalidOperationException($"not read: {Reason}");

    /// <summary>A part that could not be read.</summary>
    public static Reading<T> Failed(string reason, bool isDenied = false) => new(reason, isDenied);

    /// <summary>What was read, or this instead.</summary>
    public T Or(T other) => IsRead ? _value! : other;
}
