using Microsoft.Win32.SafeHandles;
using Nfqlb.Cli.CommandLine;
using Nfqlb.Flows;

namespace Nfqlb.Cli.State;

/// <summary>Keeps flows in a directory, so that they outlive the process.</summary>
/// <remarks>
/// <para>
/// A change is appended to the file by a write a change, which is as safe against the end of the process as the kernel
/// itself. Now and then, when most of its lines are history, the file is written anew: under another name, brought to
/// the disk, and renamed. Against a power cut the rest is as safe as the kernel's own pace makes it.
/// </para>
/// <para>For one thread at a time, and by its lock for one process.</para>
/// </remarks>
internal sealed class FlowJournal : IDisposable
{
    private const string FileName = "flows";
    private const string UnfinishedName = "flows.new";
    private const string LockName = "lock";

    /// <summary>Lines of history that are not worth a new file.</summary>
    private const int FewLines = 10_000;

    private const UnixFileMode OwnerAlone =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly string _directory;
    private FileStream? _lock;
    private SafeFileHandle? _file;
    private long _length;
    private JournalSum _sum = JournalSum.Empty;
    private int _changes;
    private IReadOnlyList<Flow>? _found;
    private (FlowSet? Set, MemoryStream? Lines) _prepared;

    private FlowJournal(string directory, FileStream? @lock) => (_directory, _lock) = (directory, @lock);

    /// <summary>Flows that were there at the start, in the order of their definition. Read when asked for the first
    /// time; what cannot be trusted is set aside then, with a word to stderr.</summary>
    /// <exception cref="UsageException">The file cannot be read.</exception>
    public IReadOnlyList<Flow> Found => _found ??= Load();

    private string PathOf(string name) => Path.Combine(_directory, name);

    /// <summary>Takes a directory, which is made where there is none.</summary>
    /// <exception cref="UsageException">Another process uses it, or it cannot be used.</exception>
    public static FlowJournal Open(string directory)
    {
        try
        {
            Directory.CreateDirectory(directory, OwnerAlone);
            return new FlowJournal(directory, Lock(directory));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw UsageException.BadValue("--state", directory, e.Message);
        }
    }

    /// <summary>Keeps a change. When it returns, the change outlives the process.</summary>
    /// <param name="record">A line of <see cref="JournalRecord"/>.</param>
    /// <param name="before">The flows in force before the change.</param>
    /// <exception cref="IOException">There is no room, or another process has the directory; nothing was changed.
    /// </exception>
    public void Append(byte[] record, FlowSet before)
    {
        // Or it would be written over.
        _ = Found;
        _lock ??= Lock(_directory);
        if (_file is null || _changes > FewLines + 2 * before.Count)
        {
            Rewrite(before);
        }
        try
        {
            var sum = _sum.With(record);
            RandomAccess.Write(_file!, record, JournalFile.HeadBytes + _length);
            RandomAccess.Write(_file!, JournalFile.Head(_length + record.Length, sum), 0);
            (_length, _sum) = (_length + record.Length, sum);
            _changes++;
        }
        catch (IOException)
        {
            // Perhaps only half of the head was written: the next change begins with a new file.
            Close();
            throw;
        }
    }

    /// <summary>Writes the file anew, with what is in force and no history.</summary>
    /// <exception cref="IOException">There is no room; the old file stays.</exception>
    public void Rewrite(FlowSet flows) => Rewrite(flows, isSynchronous: true);

    /// <summary>Makes the lines of flows beforehand, for a <see cref="Take"/> that shall be short.</summary>
    public void Prepare(FlowSet flows) => _prepared = (flows, LinesOf(flows));

    private static MemoryStream LinesOf(FlowSet flows)
    {
        var lines = new MemoryStream();
        foreach (var entry in flows.Entries)
        {
            if (!entry.Flow.Name.IsHelper)
            {
                lines.Write(JournalRecord.Set(entry.Flow));
            }
        }
        return lines;
    }

    private void Rewrite(FlowSet flows, bool isSynchronous)
    {
        var lines = _prepared.Set == flows ? _prepared.Lines! : LinesOf(flows);
        _prepared = default;
        var bytes = lines.GetBuffer().AsSpan(0, (int)lines.Length);
        var sum = JournalSum.Empty.With(bytes);
        var file = File.OpenHandle(PathOf(UnfinishedName), FileMode.Create, FileAccess.ReadWrite, FileShare.Read);
        try
        {
            RandomAccess.Write(file, JournalFile.Head(bytes.Length, sum), 0);
            RandomAccess.Write(file, bytes, JournalFile.HeadBytes);
            if (isSynchronous)
            {
                RandomAccess.FlushToDisk(file);
            }
            File.Move(PathOf(UnfinishedName), PathOf(FileName), overwrite: true);
        }
        catch
        {
            file.Dispose();
            throw;
        }
        Close();
        (_file, _length, _sum, _changes) = (file, bytes.Length, sum, flows.Count);
    }

    /// <summary>Keeps a copy of the file as it was found, for people.</summary>
    /// <returns>The name of the copy.</returns>
    /// <exception cref="IOException">There is no room.</exception>
    public string CopyAside()
    {
        string name = NameAside();
        File.Copy(PathOf(FileName), PathOf(name));
        return name;
    }

    private string SetAside()
    {
        string name = NameAside();
        Close();
        File.Move(PathOf(FileName), PathOf(name));
        return name;
    }

    private string NameAside()
    {
        string stem = $"{FileName}.set-aside-{DateTime.UtcNow:yyyyMMdd'T'HHmmss'Z'}";
        string name = stem;
        for (int more = 2; File.Exists(PathOf(name)); more++)
        {
            name = $"{stem}-{more}";
        }
        return name;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Close();
        _lock?.Dispose();
        _lock = null;
    }

    /// <summary>A directory that another process still uses, and will leave to <see cref="Take"/>. What is in one that
    /// nobody uses is not of that process: it is set aside, with a word to stderr.</summary>
    /// <exception cref="UsageException">It cannot be used.</exception>
    public static FlowJournal Later(string directory)
    {
        FlowJournal journal;
        try
        {
            Directory.CreateDirectory(directory, OwnerAlone);
            journal = new FlowJournal(directory, TryLock(directory)) { _found = [] };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw UsageException.BadValue("--state", directory, e.Message);
        }
        if (journal._lock is not null && File.Exists(journal.PathOf(FileName)))
        {
            Output.Complaint.WriteLine(
                $"--state [{PlainText.Visible(directory)}]: the balancer that runs does not keep its flows there; what "
                + $"was there is now {journal.SetAside()}");
        }
        return journal;
    }

    /// <summary>Takes the directory that another process has left, with the flows in force; what is in it is history.
    /// </summary>
    /// <exception cref="UsageException">Another process uses it, or it cannot be used.</exception>
    public void Take(FlowSet flows)
    {
        try
        {
            Directory.CreateDirectory(_directory, OwnerAlone);
            _lock ??= Lock(_directory);
            Rewrite(flows, isSynchronous: false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw UsageException.BadValue("--state", _directory, e.Message);
        }
    }

    /// <summary>The kernel frees the lock when its holder dies.</summary>
    private static FileStream Lock(string directory)
    {
        try
        {
            return new FileStream(
                Path.Combine(directory, LockName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e) when (File.Exists(Path.Combine(directory, LockName)))
        {
            throw new IOException($"another balancer uses it ({e.Message})", e);
        }
    }

    /// <returns>Null while another process has it.</returns>
    private static FileStream? TryLock(string directory)
    {
        try
        {
            return Lock(directory);
        }
        catch (IOException) when (File.Exists(Path.Combine(directory, LockName)))
        {
            return null;
        }
    }

    private IReadOnlyList<Flow> Load()
    {
        try
        {
            return File.Exists(PathOf(FileName)) ? Read() : [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw UsageException.BadValue("--state", _directory, e.Message);
        }
    }

    private IReadOnlyList<Flow> Read()
    {
        if (!TryReplay(File.ReadAllBytes(PathOf(FileName)), out var flows, out string reason))
        {
            string name = SetAside();
            Output.Complaint.WriteLine(
                $"--state [{PlainText.Visible(_directory)}]: {FileName} cannot be used: {reason}; it is now {name}");
            return [];
        }
        _file = File.OpenHandle(PathOf(FileName), FileMode.Open, FileAccess.ReadWrite, FileShare.Read);
        return flows;
    }

    private bool TryReplay(byte[] bytes, out IReadOnlyList<Flow> flows, out string reason)
    {
        flows = [];
        if (!JournalFile.TryRead(bytes, out var inForce, out var sum, out reason))
        {
            return false;
        }
        try
        {
            flows = JournalRecord.Replay(inForce, out _changes);
            (_length, _sum) = (inForce.Length, sum);
            return true;
        }
        catch (FlowException e)
        {
            reason = e.Message;
            return false;
        }
    }

    private void Close()
    {
        _file?.Dispose();
        _file = null;
    }
}
