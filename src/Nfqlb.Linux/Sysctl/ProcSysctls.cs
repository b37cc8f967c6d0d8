namespace Nfqlb.Linux.Sysctl;

/// <summary>The settings of the running kernel; those of networks are of the reader's network namespace.</summary>
public sealed class ProcSysctls : ISysctls
{
    private const string Root = "/proc/sys/";

    /// <inheritdoc/>
    public string? Read(string name)
    {
        try
        {
            return File.ReadAllText(Root + PathOf(name)).TrimEnd('\n');
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Where a setting stands below /proc/sys.</summary>
    /// <param name="name">See <see cref="ISysctls.Read"/>.</param>
    internal static string PathOf(string name)
    {
        int first = name.AsSpan().IndexOfAny('.', '/');
        if (first < 0 || name[first] == '/')
        {
            return name;
        }

        return string.Create(name.Length, name, static (path, name) =>
        {
            for (int i = 0; i < path.Length; i++)
            {
                path[i] = name[i] switch { '.' => '/', '/' => '.', var other => other };
            }
        });
    }
}
