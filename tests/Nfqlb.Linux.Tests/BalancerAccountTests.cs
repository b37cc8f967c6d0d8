using System.Diagnostics;
using Nfqlb.Linux.SharedMemory;

namespace Nfqlb.Linux.Tests;

/// <summary>Root says by a directory of its own as whom its balancer runs, and nobody else can say it.</summary>
public sealed class BalancerAccountTests : IDisposable
{
    private static readonly LocalUser Root = new(0);
    private static readonly LocalUser Account = new(12345);
    private static readonly LocalUser Stranger = new(23456);

    private readonly string _run = Directory.CreateTempSubdirectory("nfqlb-run-").FullName;
    private readonly string _segment = $"nfqlb-test-{Guid.NewGuid():n}";

    public void Dispose()
    {
        Directory.Delete(_run, recursive: true);
        File.Delete($"/dev/shm/{_segment}");
    }

    [Theory]
    [InlineData("mkdir nfqlb; chown 12345 nfqlb", 12345)]
    [InlineData("mkdir nfqlb; chown 12345 nfqlb; chmod 777 nfqlb", 12345)] // What is in it means nothing.
    [InlineData("true", null)]
    [InlineData("mkdir nfqlb", null)]
    [InlineData("mkdir nfqlb; chown 65534 nfqlb", null)] // Whoever is from outside a user namespace.
    [InlineData("touch nfqlb; chown 12345 nfqlb", null)]
    [InlineData("mkdir other; chown 12345 other; ln -s other nfqlb", null)]
    [InlineData("mkdir nfqlb; chown 12345 nfqlb; chmod 1777 .", null)] // Anybody could have made it.
    [InlineData("mkdir nfqlb; chown 12345 nfqlb; chmod 775 .", null)]
    [InlineData("mkdir nfqlb; chown 12345 nfqlb .", null)]
    public void It_is_the_owner_of_a_directory_that_only_root_can_have_made(string script, int? owner)
    {
        if (!LocalUser.Current.IsRoot)
        {
            return; // Only root can give a directory away.
        }
        Shell($"chmod 755 .; {script}");

        Assert.Equal(owner, (int?)BalancerAccount.OwnerOf(Path.Combine(_run, "nfqlb"))?.Id);
    }

    [Fact]
    public void It_is_trusted_by_root_alone()
    {
        Assert.True(Account.IsTrustedBy(Root, () => Account));
        Assert.False(Account.IsTrustedBy(Root, () => null));
        Assert.False(Account.IsTrustedBy(Stranger, () => Account));
        Assert.False(Stranger.IsTrustedBy(Root, () => Account));
        Assert.False(Stranger.IsTrustedBy(Account, () => Account));
        Assert.True(Account.IsTrustedBy(Account, () => null));
        Assert.True(Root.IsTrustedBy(Account, () => null));
        Assert.True(Root.IsTrustedBy(Stranger, () => Account));
    }

    [Fact]
    public void What_root_makes_for_it_is_its_own_from_the_first_and_no_name_is_taken_twice()
    {
        if (!LocalUser.Current.IsRoot)
        {
            return;
        }
        using (var made = SharedMemorySegment.CreateFor(Account, _segment))
        {
            Assert.Equal((Account, true, 0L), (made.Owner, made.IsNew, made.SizeBytes));
            made.Resize(8);
            using var memory = made.Map();
            memory.GetSpan()[7] = 1;
        }
        using (var found = SharedMemorySegment.Open(_segment, readOnly: true))
        {
            Assert.Equal((Account, 8L), (found.Owner, found.SizeBytes));
            Assert.Throws<Nfqlb.Maglev.SegmentException>(found.ThrowIfForeign); // This machine names no such account.
        }
        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode($"/dev/shm/{_segment}"));

        var taken = Assert.Throws<SystemCallException>(() => SharedMemorySegment.CreateFor(Account, _segment));

        Assert.Equal($"create /dev/shm/{_segment}: File exists", taken.Message);
    }

    private void Shell(string script)
    {
        using var shell = Process.Start(new ProcessStartInfo("sh", ["-ec", script]) { WorkingDirectory = _run })!;
        shell.WaitForExit();
        Assert.Equal(0, shell.ExitCode);
    }
}
