namespace Nfqlb.Linux.Tests.Interop;

/// <summary>A test that needs a C compiler; skipped, with the reason, where there is none.</summary>
internal sealed class GccFactAttribute : FactAttribute
{
    public GccFactAttribute() => Skip = IsInstalled ? null : "gcc is not installed";

    private static bool IsInstalled =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
        .Any(directory => File.Exists(Path.Combine(directory, "gcc")));
}
