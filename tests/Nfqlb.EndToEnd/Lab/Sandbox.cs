using System.Diagnostics;

namespace Nfqlb.EndToEnd.Lab;

/// <summary>
/// Network, mount and process namespaces of its own, with a /dev/shm and a /run of its own: nothing in it is seen
/// outside, and two sandboxes cannot collide in a name.
/// </summary>
/// <remarks>
/// Its first process is a `cat` that reads from this process. When that input ends, also because the test host was
/// killed, the kernel ends every process of the sandbox, and the network namespaces, links and segments go with them.
/// Further network namespaces are ordinary `ip netns` names, but in a /run of the sandbox's own.
/// </remarks>
internal sealed class Sandbox : IDisposable
{
    /// <summary>What makes the namespaces; a shell for <see cref="Furnish"/> follows.</summary>
    public static readonly IReadOnlyList<string> Unshare =
        ["unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"];

    /// <summary>The commands by which the first process makes itself at home. The host's /run is left as it is, and may
    /// be empty: that `ip netns` has ever been used on a machine is nothing to rely on.</summary>
    public const string Furnish = """
        mount -t tmpfs -o size=64m,mode=1777 tmpfs /dev/shm
        mount -t tmpfs -o mode=755 tmpfs /run
        mkdir /run/netns
        ip link set lo up
        """;

    private readonly Process _unshare;
    private readonly int _firstProcess;
    private readonly string _pidNamespace;
    private readonly NetworkNamespace _first;
    private readonly List<BackgroundProcess> _started = [];

    public Sandbox()
    {
        if (Laboratory.Obstacle is { } obstacle)
        {
            throw new InvalidOperationException(
                $"The laboratory cannot be built here: {obstacle}. SKIP_LAB=1 leaves its tests out.");
        }
        _unshare = Command.Start([.. Unshare, "sh", "-euc", $"{Furnish}\necho furnished\nexec cat"]);
        if (_unshare.StandardOutput.ReadLine() != "furnished")
        {
            throw new InvalidOperationException($"No sandbox: {_unshare.StandardError.ReadToEnd()}");
        }
        _firstProcess = int.Parse(File.ReadAllText($"/proc/{_unshare.Id}/task/{_unshare.Id}/children"));
        _pidNamespace = PidNamespaceOf(_firstProcess);
        _first = new NetworkNamespace(this, "first");
        HostNetwork = new NetworkNamespace(this, "host");
    }

    /// <summary>The network namespace that the sandbox was born with.</summary>
    public NetworkNamespace First => _first;

    /// <summary>
    /// The sandbox's mounts and processes in the test's own network namespace, where a socket of the test can reach
    /// what runs there. Nothing in it may handle packets.
    /// </summary>
    public NetworkNamespace HostNetwork { get; }

    /// <summary>What to type to get in, for a person.</summary>
    public string Entrance => $"nsenter -t {_firstProcess} -n -m -r -p";

    /// <summary>The path by which the test itself finds a file of the sandbox's /dev/shm.</summary>
    public string PathInSharedMemory(string name) =>
        Path.Combine("/proc", $"{_firstProcess}", "root", "dev", "shm", name);

    public NetworkNamespace AddNetworkNamespace(string name)
    {
        _first.Run("ip", "netns", "add", name).MustSucceed();
        return new NetworkNamespace(this, name);
    }

    /// <summary>The words that run a command in one of the sandbox's network namespaces.</summary>
    public IReadOnlyList<string> Enter(NetworkNamespace place, IReadOnlyList<string> words)
    {
        // -r: where the tests run in a chroot, the mount namespace alone leads out of it.
        string[] entrance = ["nsenter", "-t", $"{_firstProcess}", "-m", "-r", "-p"];
        return ReferenceEquals(place, _first) ? [.. entrance, "-n", "--", .. words]
            : ReferenceEquals(place, HostNetwork) ? [.. entrance, "--", .. words]
            : [.. entrance, "--", "ip", "netns", "exec", place.Name, .. words];
    }

    public BackgroundProcess Start(NetworkNamespace place, IReadOnlyList<string> words)
    {
        var process = new BackgroundProcess(Command.Start(Enter(place, words)), Command.Line(words));
        _started.Add(process);
        return process;
    }

    /// <summary>Ends what still runs. Whatever did not end as it should is told in one exception.</summary>
    public void Dispose()
    {
        List<string> complaints = [.. _started.Select(Complaint).OfType<string>(), .. Leaked()];
        _unshare.StandardInput.Close();
        if (!_unshare.WaitForExit(TimeSpan.FromSeconds(10)))
        {
            _unshare.Kill(entireProcessTree: true);
            complaints.Add("the sandbox did not end when its input did");
        }
        _unshare.Dispose();
        if (complaints.Count > 0)
        {
            throw new InvalidOperationException("The sandbox was not left clean: " + string.Join("\n", complaints));
        }
    }

    /// <summary>Processes of the sandbox by their command lines, but for its first one.</summary>
    public IReadOnlyList<string> Processes() =>
        [.. Directory.EnumerateDirectories("/proc")
            .Select(path => int.TryParse(Path.GetFileName(path), out int id) ? id : 0)
            .Where(id => id != 0 && id != _firstProcess && PidNamespaceOf(id) == _pidNamespace)
            .Select(CommandLineOf)
            .Where(commandLine => commandLine.Length > 0)];

    private static string? Complaint(BackgroundProcess process)
    {
        try
        {
            bool endWasSeen = process.EndWasSeen;
            CommandResult result = process.HasEnded ? process.WaitForEnd() : process.Stop();
            bool isFine = endWasSeen || result.ExitCode is 0 or 128 + (int)PosixSignalNumber.Terminate;
            return isFine ? null : $"ended badly, unseen: {result}";
        }
        catch (TimeoutException e)
        {
            process.Kill();
            return $"had to be killed: {e.Message}";
        }
    }

    // What was started here has been stopped by now: whatever is left, nobody will ever stop.
    private IEnumerable<string> Leaked() => Processes().Select(commandLine => $"still running: {commandLine}");

    // Empty for a process that has ended meanwhile.
    private static string PidNamespaceOf(int id)
    {
        try
        {
            return new FileInfo($"/proc/{id}/ns/pid").LinkTarget ?? "";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    // Empty for a zombie: it has ended, though nobody has asked how.
    private static string CommandLineOf(int id)
    {
        try
        {
            return File.ReadAllText($"/proc/{id}/cmdline").Replace('\0', ' ').TrimEnd();
        }
        catch (IOException)
        {
            return "";
        }
    }
}
