using System.Diagnostics;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace Nfqlb.Linux.Tests.Support;

/// <summary>Runs a test in a network namespace of its own, which goes with its last user.</summary>
/// <remarks>On a thread that is made for it and ends with it: no other work ever runs there.</remarks>
internal static partial class NetworkNamespace
{
    private const int CLONE_NEWNET = 0x40000000;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    /// <summary>What the work throws is thrown here.</summary>
    public static void Run(Action work)
    {
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                Assert.True(unshare(CLONE_NEWNET) == 0, $"unshare: {Marshal.GetLastPInvokeErrorMessage()}");
                work();
            }
            catch (Exception e)
            {
                failure = ExceptionDispatchInfo.Capture(e);
            }
        });
        thread.Start();
        Assert.True(thread.Join(Limit), "the work in the namespace does not end");
        failure?.Throw();
    }

    /// <summary>Runs a script in the namespace of the calling thread; it has to succeed.</summary>
    public static void Shell(string script)
    {
        using var process = Process.Start(
            new ProcessStartInfo("/bin/sh", ["-euc", script]) { RedirectStandardError = true })!;
        string complaints = process.StandardError.ReadToEnd();
        Assert.True(process.WaitForExit(Limit), "the script does not end");
        Assert.True(process.ExitCode == 0, $"{script}: {complaints}");
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int unshare(int flags);
}
