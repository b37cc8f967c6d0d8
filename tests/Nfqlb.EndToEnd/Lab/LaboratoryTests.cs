namespace Nfqlb.EndToEnd.Lab;

/// <summary>The test run itself: on a machine where nothing was run before, and on one that lacks something.</summary>
[BesideOthers]
public sealed class LaboratoryTests
{
    private const string Sample =
        "Nfqlb.EndToEnd.Lab.TestbedTests.What_happens_in_a_sandbox_is_not_seen_outside_and_ends_with_it";

    [KernelFact]
    public void It_can_be_built_here() => Assert.Null(Laboratory.Obstacle);

    /// <summary>A directory that nothing can be written to was not written to.</summary>
    [KernelFact]
    public void It_needs_nothing_below_run_and_leaves_nothing_there() =>
        Assert.Null(Laboratory.FindObstacle(
            ["unshare", "--mount", "sh", "-euc", "mount -t tmpfs -o ro tmpfs /run\nexec \"$@\"", "sh"]));

    [KernelFact]
    public void What_is_missing_is_told_with_the_step_that_failed() =>
        Assert.Matches("^iptables -t mangle .*: .*iptables: Permission denied$", Laboratory.FindObstacle(
            ["unshare", "--mount", "sh", "-euc",
                "mount --bind /dev/null \"$(command -v iptables)\"\nexec \"$@\"", "sh"]));

    /// <summary>Root without the right to make namespaces, as in a container that was given little.</summary>
    [KernelTheory]
    [InlineData("", 1, "The laboratory cannot be built here: unshare: unshare failed: Operation not permitted")]
    [InlineData("1", 0, "Skipped: 1")]
    public void Where_it_cannot_be_built_a_run_fails_with_the_reason_unless_asked_for_less(
        string skipLab, int exitCode, string said)
    {
        CommandResult run = Command.Run(
            ["setpriv", "--bounding-set=-sys_admin", "--inh-caps=-all", "env", $"SKIP_LAB={skipLab}", "dotnet", "test",
                typeof(LaboratoryTests).Assembly.Location, "--nologo", "--filter", $"FullyQualifiedName={Sample}"],
            limit: TimeSpan.FromMinutes(1));

        Assert.Equal(exitCode, run.ExitCode);
        Assert.Contains(said, string.Join(' ', run.Output.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)));
    }

    [Theory]
    [InlineData(true, null, null)]
    [InlineData(true, "0", null)]
    [InlineData(true, "1", "SKIP_LAB=1")]
    [InlineData(false, null, "needs root")]
    public void Only_another_user_and_a_wish_are_reasons_to_skip(bool isRoot, string? skipLab, string? reason) =>
        Assert.Equal(reason, SkipReason.For(isRoot, skipLab));
}
