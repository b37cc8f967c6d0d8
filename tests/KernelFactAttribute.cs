namespace Nfqlb.TestRun;

/// <summary>
/// A test that needs root and this machine's kernel. Others skip it, and root does when `SKIP_LAB=1` asks for less.
/// </summary>
/// <remarks>
/// Nothing that a script could cure is a reason to skip: what root lacks, a package or a right, fails the test, and
/// says what it is. A run that leaves tests out by itself is green and proves nothing.
/// </remarks>
internal sealed class KernelFactAttribute : FactAttribute
{
    public KernelFactAttribute() => Skip = SkipReason.OfThisRun;
}

/// <summary>The same for a table of cases.</summary>
internal sealed class KernelTheoryAttribute : TheoryAttribute
{
    public KernelTheoryAttribute() => Skip = SkipReason.OfThisRun;
}

/// <summary>Why a run leaves out the tests that need the kernel.</summary>
internal static class SkipReason
{
    /// <summary>Null when it does not.</summary>
    public static string? OfThisRun { get; } =
        For(Environment.IsPrivilegedProcess, Environment.GetEnvironmentVariable("SKIP_LAB"));

    /// <param name="isRoot">Whether root runs the tests.</param>
    /// <param name="skipLab">What SKIP_LAB says; null where it is not set.</param>
    public static string? For(bool isRoot, string? skipLab) =>
        skipLab is not (null or "" or "0") ? $"SKIP_LAB={skipLab}"
        : isRoot ? null
        : "needs root";
}
