using Microsoft.Win32.SafeHandles;
using Nfqlb.Daemon.Settings;
using Nfqlb.Flows;
using Nfqlb.Linux;

namespace Nfqlb.Daemon.Journal;

/// <summary>Keeps flows in a directory, so that they outlive the process.</summary>
/// <remarks>
/// <para>
/// A change is appended to the file by one write, which is as safe against the end of the process as the kernel itself.
/// Now and then, when most of its lines are history, the file is written anew: under another name, brought to the disk,
/// renamed, and the new name brought to the disk. A power cut may cost the changes since the kernel last wrote to the
/// disk by itself, and none before: <see cref="JournalReading"/> says what is made of a file that it tore.
/// </para>
/// <para>For one thread at a time, and by its lock for one process.</para>
/// </remarks>
internal sealed class FlowJournal : IDisposable
{
    private const string FileName = "flows";
    private const string UnfinishedName = "flows.new";
    private const string PreparedName = "flows.taken";
    private const string LockName = "lock";

    /// <summary>Lines of history that are not worth a new file.</summary>
    private const int FewLines = 10_000;

    private readonly string _path;
    private readonly PrivateDirectory _directory;
    private readonly Action<string> _tell;
    private IDisposable? _lock;
    private SafeFileHandle? _file;
    private long _end;
    private int _changes;
    private IReadOnlyList<Flow>? _found;
    private (FlowSet Set, SafeFileHandle File)? _prepared;

    private FlowJournal(string path, PrivateDirectory directory, Action<string> tell) =>
        (_path, _directory, _tell) = (path, directory, tell);

    /// <summary>Flows that were there at the start, in the order of their definition. Read when asked for the first
    /// time; what cannot be trusted is cut off or set aside then, and told.</summary>
    /// <exception cref="SettingException">The file cannot be read.</exception>
    public IReadOnlyList<Flow> Found => _found ??= Load();

    /// <summary>Takes a directory, which is made where there is none.</summary>
    /// <param name="directory">Its path.</param>
    /// <param name="tell">Is told of what was found there and cannot be used.</param>
    /// <exception cref="SettingException">Another process uses it, or it cannot be used.</exception>
    public static FlowJournal Open(string directory, Action<string> tell) =>
        Use(directory, tell, journal => journal.Lock());

    /// <summary>A directory that another process still uses, and will leave to <see cref="Take"/>. What is in one that
    /// nobody uses is not of that process: it is set aside, and told.</summary>
    /// <param name="directory">Its path.</param>
    /// <param name="tell">Is told of what was found there and cannot be used.</param>
    /// <exception cref="SettingException">It cannot be used.</exception>
    public static FlowJournal Later(string directory, Action<string> tell) => Use(directory, tell, journal =>
    {
        journal._found = [];
        journal._lock = journal._directory.TryLock(LockName, out _);
        if (journal._lock is not null && File.Exists(journal.PathOf(FileName)))
        {
            string name = journal.SetAside();
            tell($"the balancer that runs does not keep its flows there; what was there is now {name}");
        }
    });

    /// <summary>Keeps a change. When it returns, the change outlives the process.</summary>
    /// <param name="change">A line of <see cref="JournalRecord"/>.</param>
    /// <param name="before">The flows in force before the change.</param>
    /// <exception cref="IOException">There is no room, or another process has the directory; nothing was changed.
    /// </exception>
    public void Append(byte[] change, FlowSet before)
    {
        // Or it would be written over.
        _ = Found;
        Lock();
        if (_file is null || _changes > FewLines + 2 * before.Count)
        {
            Rewrite(before);
        }
        try
        {
            byte[] line = JournalFile.Line(change, _end);
            RandomAccess.Write(_file!, line, _end);
            _end += line.Length;
            _changes++;
        }
        catch (IOException)
        {
            // Perhaps half of the line was written: the next change begins with a new file.
            Close();
            throw;
        }
    }

    /// <summary>Writes the file anew, with what is in force and no history.</summary>
    /// <exception cref="IOException">There is no room; the old file stays.</exception>
    public void Rewrite(FlowSet flows) => Rewrite(LinesOf(flows));

    /// <summary>Does beforehand what takes long in a <see cref="Take"/>, which shall be short.</summary>
    /// <param name="flows">Those that will be in force then.</param>
    /// <exception cref="SettingException">There is no room, or the disk failed.</exception>
    public void Prepare(FlowSet flows)
    {
        try
        {
            var file = Write(PreparedName, LinesOf(flows), out _end, out _changes);
            _prepared = (flows, file);
        }
        catch (IOException e)
        {
            throw Unusable(_path, e);
        }
    }

    /// <summary>Takes the directory that another process has left, with the flows in force; what is in it is history.
    /// </summary>
    /// <remarks>Before the disk knows the new name it has the old file, in which the same flows are in force.</remarks>
    /// <exception cref="SettingException">Another process uses it, or it cannot be used.</exception>
    public void Take(FlowSet flows)
    {
        try
        {
            Lock();
            if (_prepared is { } prepared && prepared.Set == flows)
            {
                _directory.Rename(PreparedName, FileName);
                (_file, _prepared) = (prepared.File, null);
            }
            else
            {
                Rewrite(flows);
            }
        }
        catch (IOException e)
        {
            throw Unusable(_path, e);
        }
    }

    /// <summary>Leaves the directory to another process; the next change takes it again, if that one has gone.
    /// </summary>
    public void Leave()
    {
        Close();
        _lock?.Dispose();
        _lock = null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Leave();
        if (_prepared is { } prepared)
        {
            prepared.File.Dispose();
            _directory.Remove(PreparedName);
        }
        _directory.Dispose();
    }

    /// <summary>Keeps a copy of the file as it was found, for people.</summary>
    /// <returns>The name of the copy.</returns>
    /// <exception cref="IOException">There is no room.</exception>
    public string CopyAside()
    {
        using var file = _directory.TryOpen(FileName)
            ?? throw new FileNotFoundException($"{FileName} is gone since it was read");
        return CopyAside(ReadAll(file));
    }

    private static FlowJournal Use(string path, Action<string> tell, Action<FlowJournal> begin)
    {
        FlowJournal? journal = null;
        try
        {
            journal = new FlowJournal(path, PrivateDirectory.Open(path), tell);
            begin(journal);
            return journal;
        }
        catch (Exception e) when (e is IOException or ArgumentException)
        {
            journal?.Dispose();
            throw Unusable(path, e);
        }
    }

    private static SettingException Unusable(string path, Exception cause) =>
        new(nameof(ServiceSettings.Journal), path, cause.Message, cause);

    /// <summary>The kernel frees the lock when its holder dies.</summary>
    private void Lock() => _lock ??= _directory.TryLock(LockName, out string holder)
        ?? throw new IOException($"another balancer uses it: {holder}");

    private IReadOnlyList<Flow> Load()
    {
        SafeFileHandle? file = null;
        try
        {
            file = _directory.TryOpen(FileName);
            return file is null ? [] : Load(file);
        }
        catch (IOException e)
        {
            throw Unusable(_path, e);
        }
        finally
        {
            if (_file != file)
            {
                file?.Dispose();
            }
        }
    }

    private IReadOnlyList<Flow> Load(SafeFileHandle file)
    {
        byte[] bytes = ReadAll(file);
        var reading = JournalReading.Of(bytes);
        if (reading.Refusal.Length > 0)
        {
            _tell($"{FileName} cannot be used: {reading.Refusal}; it is now {SetAside()}");
            return [];
        }
        if (reading.CanGoOn)
        {
            (_file, _end, _changes) = (file, reading.End, reading.Changes);
        }
        if (reading.Complaint.Length > 0)
        {
            Mend(reading, bytes);
        }
        return reading.Flows;
    }

    /// <summary>Cuts a torn end off; what is lost beyond that, people find in a copy.</summary>
    /// <remarks>Where there is no room for that, packets flow on all the same.</remarks>
    private void Mend(JournalReading reading, byte[] bytes)
    {
        try
        {
            string copy = reading.IsDamaged ? $"; as it was found it is now {CopyAside(bytes)}" : "";
            _tell($"{FileName}: {reading.Complaint}{copy}");
            if (_file is not null)
            {
                RandomAccess.SetLength(_file, reading.End);
                RandomAccess.FlushToDisk(_file);
            }
            else
            {
                Rewrite([.. reading.Flows.Select(JournalRecord.Set)]);
            }
        }
        catch (IOException e)
        {
            _tell($"{FileName}: {reading.Complaint}; it is left as it is: {e.Message}");
            Close();
        }
    }

    private static List<byte[]> LinesOf(FlowSet flows)
    {
        var lines = new List<byte[]>(flows.Count);
        foreach (var entry in flows.Entries)
        {
            if (!entry.Flow.Name.IsHelper)
            {
                lines.Add(JournalRecord.Set(entry.Flow));
            }
        }
        return lines;
    }

    private void Rewrite(List<byte[]> lines)
    {
        var file = Write(UnfinishedName, lines, out long end, out int changes);
        try
        {
            _directory.Rename(UnfinishedName, FileName);
            _directory.Flush();
        }
        catch
        {
            file.Dispose();
            throw;
        }
        Close();
        (_file, _end, _changes) = (file, end, changes);
    }

    /// <summary>A new file, which is on the disk when this returns.</summary>
    private SafeFileHandle Write(string name, List<byte[]> lines, out long end, out int changes)
    {
        byte[] bytes = JournalFile.Snapshot(lines);
        (end, changes) = (bytes.Length, lines.Count);
        var file = _directory.Create(name);
        try
        {
            RandomAccess.Write(file, bytes, fileOffset: 0);
            RandomAccess.FlushToDisk(file);
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private string CopyAside(byte[] bytes)
    {
        string name = NameAside();
        using var copy = _directory.Create(name);
        RandomAccess.Write(copy, bytes, fileOffset: 0);
        return name;
    }

    private string SetAside()
    {
        string name = NameAside();
        Close();
        _directory.Rename(FileName, name);
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

    /// <summary>For a look only: what is opened or changed is reached by the directory's descriptor.</summary>
    private string PathOf(string name) => Path.Combine(_path, name);

    private static byte[] ReadAll(SafeFileHandle file)
    {
        byte[] bytes = new byte[RandomAccess.GetLength(file)];
        int length = 0;
        for (int read; (read = RandomAccess.Read(file, bytes.AsSpan(length), length)) > 0;)
        {
            length += read;
        }
        return length == bytes.Length ? bytes : bytes[..length];
    }

    private void Close()
    {
        _file?.Dispose();
        _file = null;
    }
}
