namespace Nfqlb.Planning.Model;

/// <summary>What a setting of the kernel should be.</summary>
/// <param name="Name">As sysctl(8) has it: `net.ipv4.ip_forward`; a slash may stand for a dot, and a dot behind a slash
/// for itself.</param>
/// <param name="Value">As /proc/sys shows it, without the line's end.</param>
public sealed record DesiredSysctl(string Name, string Value)
{
    private const int MostCharacters = 255;

    /// <summary>What is wrong with the name; empty when it names a file below /proc/sys.</summary>
    public static string ReasonAgainst(string name) => name switch
    {
        { Length: 0 or > MostCharacters } => $"must be 1 to {MostCharacters} characters",
        _ when name.Split('.', '/').Contains("") => "a part of the name is empty",
        _ => PlainText.Complaint(name),
    };
}
