namespace Nfqlb.Planning.Objects;

/// <summary>Settings of the kernel that were read, by the names they were asked for.</summary>
/// <param name="values">The value of each; null where the kernel has no such setting.</param>
public sealed class SysctlValues(IReadOnlyDictionary<string, string?> values)
{
    /// <summary>None was read.</summary>
    public static readonly SysctlValues None = new(new Dictionary<string, string?>());

    /// <summary>A setting's value; null when the kernel has none of this name.</summary>
    /// <param name="name">As sysctl(8) has it: `net.ipv4.ip_forward`; where a slash comes first, slashes divide it.
    /// </param>
    public string? Read(string name) => values.GetValueOrDefault(name);

    /// <summary>The same as a number; 0 where there is none.</summary>
    public int ReadNumber(string name) => int.TryParse(Read(name), out int number) ? number : 0;
}
