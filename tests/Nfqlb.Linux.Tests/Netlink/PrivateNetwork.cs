using System.Diagnostics;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace Nfqlb.Linux.Tests.Netlink;

/// <summary>A fresh network namespace, which holds nothing but a loopback link that is down.</summary>
/// <remarks>It belongs to one thread and ends with it; sockets opened and programs started there are in it.</remarks>
internal static partial class PrivateNetwork
{
    private const int CLONE_NEWNET = 0x40000000;

    public static void Run(Action body)
    {
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                Assert.True(unshare(CLONE_NEWNET) == 0, $"unshare: {Marshal.GetLastPInvokeErrorMessage()}");
                body();
            }
            catch (Exception error)
            {
                failure = ExceptionDispatchInfo.Capture(error);
            }
        });
        thread.Start();
        thread.Join();
        failure?.Throw();
    }

    /// <summary>Runs a program in the namespace of this thread; its output, when it succeeded.</summary>
    public static string Command(string program, string arguments, string input = "")
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEndAsync();
        try
        {
            process.StandardInput.Write(input);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended before it had read all: its exit code and its errors say why.
        }

        Assert.True(process.WaitForExit(TimeSpan.FromSeconds(60)), $"{program} {arguments} does not end");
        Assert.True(process.ExitCode == 0, $"{program} {arguments}: {errors.Result}");
        return output.Result;
    }

    public static string Ip(string arguments) => Command("ip", arguments);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int unshare(int flags);
}
