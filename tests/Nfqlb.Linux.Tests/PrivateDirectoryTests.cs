using System.Diagnostics;

namespace Nfqlb.Linux.Tests;

/// <summary>A directory is used only where nobody else can change anything in it.</summary>
public sealed class PrivateDirectoryTests : IDisposable
{
    private const UnixFileMode OwnerAlone = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly string _parent = Directory.CreateTempSubdirectory("nfqlb-private-").FullName;

    private string Place => Path.Combine(_parent, "state");

    public void Dispose() => Directory.Delete(_parent, recursive: true);

    [Fact]
    public void It_is_made_for_the_user_alone_with_those_above_it()
    {
        string deep = Path.Combine(_parent, "a", "b", "c/");
        using var made = PrivateDirectory.Open(deep);

        Assert.All(["a", "a/b", "a/b/c"], name => Assert.Equal(
            OwnerAlone | UnixFileMode.UserExecute, File.GetUnixFileMode(Path.Combine(_parent, name))));
    }

    [Theory]
    [InlineData("mkdir state; chmod 770 state", "others may write it (mode 770)")]
    [InlineData("mkdir state; chmod 1777 state", "others may write it (mode 777)")]
    [InlineData(": > state", "not a directory")]
    [InlineData("mkfifo state", "not a directory")]
    [InlineData("ln -s nowhere state", "open * No such file or directory")]
    public void What_others_may_write_or_is_none_is_refused(string script, string reason)
    {
        Shell(script);
        string message = Assert.Throws<IOException>(() => PrivateDirectory.Open(Place)).Message;
        Assert.Matches($"^{System.Text.RegularExpressions.Regex.Escape(reason).Replace("\\*", ".*")}$", message);
    }

    [Theory]
    [InlineData("mkdir state; chown 12345 state", "it belongs to user 12345")]
    [InlineData("mkdir real; ln -s real state; chown -h 12345 state", "a symbolic link of user 12345")]
    [InlineData("mkdir real; chown 12345 real; ln -s real state", "it belongs to user 12345")]
    public void What_a_stranger_has_made_is_refused(string script, string reason)
    {
        if (!LocalUser.Current.IsRoot)
        {
            return; // Only root can give a file away.
        }
        Shell(script);
        Assert.Equal(reason, Assert.Throws<IOException>(() => PrivateDirectory.Open(Place)).Message);
    }

    [Theory]
    [InlineData("mkdir state; chmod 755 state")]
    [InlineData("mkdir real; ln -s real state")]
    public void What_others_may_only_read_and_a_link_of_our_own_are_used(string script)
    {
        Shell(script);
        PrivateDirectory.Open(Place).Dispose();
    }

    [Theory]
    [InlineData("ln -s ../victim state/file", "file: a symbolic link")]
    [InlineData("mkfifo state/file", "file: not a regular file")]
    [InlineData("mkdir state/file", "open file: Is a directory")]
    [InlineData(": > state/file; chmod 606 state/file", "file: others may write it (mode 606)")]
    public void A_file_that_is_not_ours_alone_is_not_opened(string script, string reason)
    {
        using var directory = PrivateDirectory.Open(Place);
        Shell($"echo precious > victim; {script}");
        Assert.Equal(reason, Assert.Throws<IOException>(() => directory.TryOpen("file")).Message);
    }

    [Fact]
    public void A_link_is_replaced_and_not_written_through()
    {
        using var directory = PrivateDirectory.Open(Place);
        Shell("echo precious > victim; ln -s ../victim state/file; umask 0");

        using (var file = directory.Create("file"))
        {
            RandomAccess.Write(file, "ours"u8, fileOffset: 0);
        }

        Assert.Equal("precious\n", File.ReadAllText(Path.Combine(_parent, "victim")));
        Assert.Equal("ours", File.ReadAllText(Path.Combine(Place, "file")));
        Assert.Equal(OwnerAlone, File.GetUnixFileMode(Path.Combine(Place, "file")));
    }

    [Fact]
    public void It_stays_the_same_when_something_else_takes_its_place()
    {
        using var directory = PrivateDirectory.Open(Place);
        Shell("mv state moved; mkdir state");

        directory.Create("new").Dispose();
        directory.Rename("new", "file");
        directory.Flush();

        Assert.True(File.Exists(Path.Combine(_parent, "moved", "file")));
        Assert.Empty(Directory.GetFileSystemEntries(Place));
    }

    [Fact]
    public void One_at_a_time_has_the_lock_and_is_named()
    {
        using var directory = PrivateDirectory.Open(Place);
        using var other = PrivateDirectory.Open(Place);
        using (directory.TryLock("lock", out _))
        {
            Assert.Null(other.TryLock("lock", out string holder));
            Assert.StartsWith($"process {Environment.ProcessId} (", holder);
        }
        // A program that another test starts just now has a copy of the descriptor until it is executed.
        IDisposable? mine = null;
        bool IsMine() => (mine = other.TryLock("lock", out _)) is not null;
        Assert.True(SpinWait.SpinUntil(IsMine, millisecondsTimeout: 5_000));
        mine!.Dispose();
    }

    /// <summary>As nfqlb 2.0.0 made it: whoever may read a file may lock it.</summary>
    [Fact]
    public void A_lock_that_others_may_read_is_closed_to_them()
    {
        using var directory = PrivateDirectory.Open(Place);
        Shell(": > state/lock; chmod 644 state/lock");

        using var mine = directory.TryLock("lock", out _);

        Assert.NotNull(mine);
        Assert.Equal(OwnerAlone, File.GetUnixFileMode(Path.Combine(Place, "lock")));
    }

    private void Shell(string script)
    {
        var start = new ProcessStartInfo("sh", ["-euc", script]) { WorkingDirectory = _parent };
        using var shell = Process.Start(start)!;
        shell.WaitForExit();
        Assert.Equal(0, shell.ExitCode);
    }
}
