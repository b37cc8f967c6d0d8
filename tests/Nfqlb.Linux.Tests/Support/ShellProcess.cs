using System.Diagnostics;

namespace Nfqlb.Linux.Tests.Support;

/// <summary>A child process running one line of sh; killed with -9 when disposed, if it still runs.</summary>
internal sealed class ShellProcess : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);
    private readonly Process _process;

    public ShellProcess(string script)
    {
        var start = new ProcessStartInfo("/bin/sh", ["-euc", script])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        _process = Process.Start(start)!;
    }

    /// <summary>The next line of its standard output: how a script says that it is ready.</summary>
    public string? ReadLine()
    {
        var line = _process.StandardOutput.ReadLineAsync();
        Assert.True(line.Wait(Limit), "the child said nothing");
        return line.Result;
    }

    /// <summary>SIGKILL, and waits until the kernel has closed what it held.</summary>
    public void Kill()
    {
        _process.Kill();
        Assert.True(_process.WaitForExit(Limit), "the child survived SIGKILL");
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            Kill();
        }

        _process.Dispose();
    }
}
