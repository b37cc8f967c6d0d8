using System.Diagnostics;

namespace Nfqlb.ClusterBench;

/// <summary>The balancer that is measured.</summary>
internal sealed class Serving : IDisposable
{
    private const int MostLines = 20;

    private readonly Process _process;
    private readonly string _directory = Directory.CreateTempSubdirectory("nfqlb-cluster-").FullName;
    private readonly Queue<string> _lines = [];

    public Serving(string executable, Uri server, int pods, int entries)
    {
        string kubeconfig = Path.Combine(_directory, "kubeconfig"), config = Path.Combine(_directory, "lb.yaml");
        File.WriteAllText(
            kubeconfig,
            $$$"""
            current-context: here
            contexts: [{name: here, context: {cluster: c, user: u}}]
            clusters: [{name: c, cluster: {server: "{{{server}}}"}}]
            users: [{name: u, user: {token: secret}}]
            """);
        File.WriteAllText(
            config,
            $$$"""
            queues: {range: 0}
            vips: [203.0.113.10]
            pools:
            - name: shop
              N: {{{pods + (pods / 10)}}}
              M: {{{entries}}}
              identity: name
              seed: "00112233445566778899aabbccddeeff"
              from: {kubernetes: {namespace: web, service: shop, port: http}}
            flows: [{name: http, target: shop, protocols: tcp, dports: 80}]
            """);
        _process = Process.Start(new ProcessStartInfo(
            executable, ["serve", $"--config={config}", $"--kubeconfig={kubeconfig}"])
        {
            RedirectStandardError = true,
        })!;
        _process.ErrorDataReceived += (_, line) => Note(line.Data);
        _process.BeginErrorReadLine();
    }

    /// <summary>What it has said of late, to find out what went wrong.</summary>
    public string Log
    {
        get
        {
            lock (_lines)
            {
                return string.Join('\n', _lines);
            }
        }
    }

    /// <summary>Of both cores.</summary>
    public TimeSpan CpuTime
    {
        get
        {
            _process.Refresh();
            return _process.HasExited
                ? throw new InvalidOperationException($"it has ended with {_process.ExitCode}:\n{Log}")
                : _process.TotalProcessorTime;
        }
    }

    /// <summary>In MiB.</summary>
    public double Resident
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64 / 1048576.0;
        }
    }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    private void Note(string? line)
    {
        lock (_lines)
        {
            if (line is not null)
            {
                _lines.Enqueue(line);
            }
            while (_lines.Count > MostLines)
            {
                _lines.Dequeue();
            }
        }
    }
}
