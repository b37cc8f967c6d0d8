using System.Diagnostics;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace Nfqlb.Linux.Tests.Netlink;

/// <summary>A fresh network namespace, which holds nothing but a loopback link that is down.</summary>
/// <remarks>It belongs to one thread and ends with it; sockets opened and programs started there are in it.</remarks>
internal static partial class PrivateNetwork
{
    private const int CLONE_NEWNET = 0x40000000;

    /// <summary>Why there can be none; null when there can.</summary>
    public static Lazy<string?> Obstacle { get; } = new(Probe);

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

    private static string? Probe()
    {
        if (!File.Exists("/usr/sbin/ip") && !File.Exists("/sbin/ip") && !File.Exists("/usr/bin/ip"))
        {
            return "iproute2 is not installed";
        }

        string? reason = null;
        var thread = new Thread(() => reason = unshare(CLONE_NEWNET) == 0
            ? null
            : $"no network namespace can be made here: {Marshal.GetLastPInvokeErrorMessage()}");
        thread.Start();
        thread.Join();
        return reason;
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int unshare(int flags);
}
