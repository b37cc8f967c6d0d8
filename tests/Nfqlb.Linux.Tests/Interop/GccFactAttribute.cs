namespace Nfqlb.Linux.Tests.Interop;

/// <summary>A test that needs a C compiler; skipped, with the reason, where there is none.</summary>
internal sealed class GccFactAttribute : FactAttribute
{
    public GccFactAttribute() => Skip = Reason;

    /// <summary>Why no such test can run; null when it can.</summary>
    public static string? Reason => IsInstalled ? null : "gcc is not installed";

    private static bool IsInstalled =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
        .Any(directory => File.Exists(Path.Combine(directory, "gcc")));
}
