namespace Nfqlb.EndToEnd.Lab;

/// <summary>The programs under test. Nothing else of the product is known here.</summary>
internal static class Executables
{
    public static string RepositoryRoot { get; } = FindRepositoryRoot();

    /// <summary>The published balancer: $NFQLB, else out/nfqlb.</summary>
    public static string Nfqlb => Existing("NFQLB", "nfqlb");

    /// <summary>The C program that sends and captures packets: $NFQLB_TRAFFIC, else out/traffic.</summary>
    public static string Traffic => Existing("NFQLB_TRAFFIC", "traffic");

    // A missing program is a failure, not a skip: a suite that skips itself green proves nothing.
    private static string Existing(string variable, string name)
    {
        string path = Environment.GetEnvironmentVariable(variable) is { Length: > 0 } given
            ? Path.GetFullPath(given)
            : Path.Combine(RepositoryRoot, "out", name);
        return File.Exists(path)
            ? path
            : throw new FileNotFoundException($"{path} is missing: run `make build`, or set {variable}.", path);
    }

    private static string FindRepositoryRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder != null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Nfqlb.sln")))
            {
                return folder.FullName;
            }
        }
        throw new DirectoryNotFoundException($"No Nfqlb.sln above {AppContext.BaseDirectory}.");
    }
}
