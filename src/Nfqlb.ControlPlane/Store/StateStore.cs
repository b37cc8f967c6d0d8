using System.Text;
using Nfqlb.Linux;
using Nfqlb.Linux.SharedMemory;
using Nfqlb.Maglev;
using Nfqlb.Planning.Documents;
using Nfqlb.Planning.Model;

namespace Nfqlb.ControlPlane.Store;

/// <summary>Keeps what was asked for between commands, in a file of /dev/shm beside the pools, as JSON.</summary>
/// <remarks>
/// <para>
/// Whoever changes it holds the lock from before he reads until he is done with all that follows from the change. The
/// lock is on a file of its own, NAME.lock, because the other is replaced; the kernel frees it when its holder dies.
/// The file is replaced by a rename, so whoever only looks needs no lock and never sees half of it.
/// </para>
/// <para>
/// /dev/shm may be seen from several network namespaces. The file says of which it is, and is refused in any other:
/// whoever runs a balancer in more than one of them, with one /dev/shm, gives each a name of its own, as he does with
/// the names of pools.
/// </para>
/// </remarks>
public sealed class StateStore : IDisposable
{
    private const string LockSuffix = ".lock";
    private const string UnfinishedSuffix = ".new";
    private const string NextSuffix = ".next";
    private const string SourceSuffix = ".file";
    private const byte LineEnd = (byte)'\n';

    /// <summary>Whoever holds the lock does all that follows from his change, and large changes take seconds.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly PoolName _name;
    private readonly SharedMemorySegment _lock;
    private bool _mayBeReplaced;

    private StateStore(PoolName name, SharedMemorySegment @lock) => (_name, _lock) = (name, @lock);

    /// <summary>False for a name to which nothing can be added.</summary>
    public static bool CanBeKeptUnder(PoolName name) =>
        name.Text.Length + NextSuffix.Length + UnfinishedSuffix.Length <= SegmentName.MostBytes;

    /// <summary>What is asked for, for those who only look.</summary>
    /// <returns>Nothing, where nobody has asked for anything.</returns>
    /// <exception cref="StateStoreException">The file is torn, or none of ours.</exception>
    /// <exception cref="SystemCallException">It may not be opened.</exception>
    public static DesiredState Look(PoolName name) => Load(name);

    /// <summary>What somebody has begun to bring about and has not finished, for those who only look; null as a rule.
    /// </summary>
    /// <exception cref="StateStoreException">The file is torn, or none of ours.</exception>
    /// <exception cref="SystemCallException">It may not be opened.</exception>
    public static IReadOnlyList<DesiredState> LookUnfinished(PoolName name) =>
        LoadAll(new PoolName(name.Text + NextSuffix));

    /// <summary>What the files of a balancer that follows files asked for when they were last brought about; null where
    /// none has, and where somebody has removed the file of what is asked for: what is missing there was then taken out
    /// by no command.</summary>
    /// <exception cref="StateStoreException">The file is torn, or none of ours.</exception>
    /// <exception cref="SystemCallException">It may not be opened.</exception>
    public static DesiredState? LookSource(PoolName name) =>
        SharedMemorySegment.FindIdentity(name.Text) is not null
        && LoadAll(new PoolName(name.Text + SourceSuffix)) is [var state, ..] ? state : null;

    /// <summary>Whether it was this very document that asked for what <see cref="LookSource"/> gives.</summary>
    /// <exception cref="SystemCallException">It may not be opened.</exception>
    public static bool IsSourceOf(PoolName name, DocumentDigest document) =>
        SharedMemorySegment.FindIdentity(name.Text + SourceSuffix) is { } written
        && LookNote(name).IsSourceOf(written, document);

    /// <summary>Reads on another thread what <see cref="Look"/> and <see cref="LookSource"/> will be asked for, while
    /// this one does something else. What is wrong with it, they tell.</summary>
    public static Task ReadAhead(PoolName name) => Task.Run(() =>
    {
        try
        {
            _ = (Look(name), LookSource(name));
        }
        catch (Exception e) when (e is StateStoreException or SystemCallException or SegmentException)
        {
            // They will find it too.
        }
    });

    /// <summary>Who has written what is asked for, such as `process 4711 of user 0`, for those who only look.</summary>
    /// <param name="name">The name that the state is kept under.</param>
    /// <param name="written">What was written.</param>
    /// <returns>Null where nobody knows.</returns>
    public static string? LookWriter(PoolName name, SegmentIdentity written) =>
        LookNote(name).WriterOf(written) is var (process, user) ? $"process {process} of user {user}" : null;

    private static WriterNote LookNote(PoolName name)
    {
        try
        {
            using var file = SharedMemorySegment.Open(name.Text + LockSuffix, readOnly: true);
            file.ThrowIfForeign();
            return WriterNote.In(file);
        }
        catch (Exception e) when (e is SystemCallException or SegmentException)
        {
            return new("", "");
        }
    }

    /// <summary>Waits until nobody else changes it, and keeps others waiting until disposed.</summary>
    /// <exception cref="StateStoreException">The lock is another user's, or held for too long.</exception>
    /// <exception cref="OperationCanceledException">It was told to stop.</exception>
    /// <exception cref="SystemCallException">It may not be opened.</exception>
    public static StateStore Lock(PoolName name, CancellationToken stop = default)
    {
        string file = name.Text + LockSuffix;
        try
        {
            return new StateStore(name, SharedMemorySegment.OpenOrCreateLocked(file, new LockWait(Patience, stop)));
        }
        catch (SegmentException e)
        {
            throw new StateStoreException($"/dev/shm/{file}: {e.Message}");
        }
    }

    /// <summary>What is asked for.</summary>
    /// <exception cref="StateStoreException">The file is torn, or none of ours.</exception>
    /// <exception cref="SystemCallException">It may not be opened.</exception>
    public DesiredState Read()
    {
        var state = Load(_name);
        _mayBeReplaced = true;
        return state;
    }

    /// <summary>True where nothing is asked for but what this document asked for when it was written here: nobody has
    /// written since, nor begun to, and nobody who was killed has left anything to take away.</summary>
    /// <exception cref="SystemCallException">It may not be opened.</exception>
    public bool IsOf(DocumentDigest document) =>
        SharedMemorySegment.FindIdentity(_name.Text) is { } written
        && WriterNote.In(_lock).IsWantedOf(written, document)
        && Array.TrueForAll(
            [Next.Text, Next.Text + UnfinishedSuffix, _name.Text + UnfinishedSuffix],
            left => SharedMemorySegment.FindIdentity(left) is null);

    /// <summary>What others had begun to bring about and never finished; nothing as a rule.</summary>
    /// <exception cref="StateStoreException">The file is torn, or none of ours.</exception>
    /// <exception cref="SystemCallException">It may not be opened.</exception>
    public IReadOnlyList<DesiredState> ReadUnfinished() => LoadAll(Next);

    /// <summary>Notes what is about to be brought about, before anything is changed: what of it is there after a kill
    /// is known to be ours.</summary>
    /// <param name="states">With what others have left unfinished, as this may be killed too.</param>
    /// <exception cref="StateStoreException">A pool has the name of this file.</exception>
    /// <exception cref="SystemCallException">There is no room (ENOSPC).</exception>
    public void Begin(params IReadOnlyList<DesiredState> states) => Replace(Next, states);

    /// <summary>Forgets what was begun: it was finished, or undone.</summary>
    /// <exception cref="SystemCallException">It may not be removed.</exception>
    public void End()
    {
        SharedMemorySegment.Unlink(Next.Text + UnfinishedSuffix); // of one that was killed
        SharedMemorySegment.Unlink(Next.Text);
    }

    /// <summary>Keeps what is asked for from now on. Killed halfway, what was there before stays.</summary>
    /// <param name="state">All of it.</param>
    /// <param name="document">The document that asks for it, and for nothing else; null for none.</param>
    /// <exception cref="StateStoreException">A pool has the name of this file.</exception>
    /// <exception cref="SystemCallException">There is no room (ENOSPC).</exception>
    /// <exception cref="InvalidOperationException">Nobody has read what would be lost.</exception>
    public void Write(DesiredState state, DocumentDigest? document = null)
    {
        if (!_mayBeReplaced)
        {
            throw new InvalidOperationException("read the wanted state before you replace it");
        }
        Replace(_name, [state], document);
    }

    /// <summary>Keeps what files ask for, which may be less or more than what is asked for.</summary>
    /// <param name="state">All of it.</param>
    /// <param name="document">The files, where they ask for nothing else, whatever there is besides; null for none.
    /// </param>
    /// <exception cref="StateStoreException">A pool has the name of this file.</exception>
    /// <exception cref="SystemCallException">There is no room (ENOSPC).</exception>
    public void WriteSource(DesiredState state, DocumentDigest? document = null)
    {
        if (document is null || !IsSourceOf(_name, document) || !ReferenceEquals(LookSource(_name), state))
        {
            Replace(Source, [state], document);
        }
    }

    private PoolName Next => new(_name.Text + NextSuffix);

    private PoolName Source => new(_name.Text + SourceSuffix);

    private void Replace(PoolName name, IReadOnlyList<DesiredState> states, DocumentDigest? document = null)
    {
        string unfinished = name.Text + UnfinishedSuffix;
        string[] own = [_name.Text, Next.Text, Source.Text, unfinished, _lock.Name];
        if (states.SelectMany(state => state.Pools).FirstOrDefault(pool => own.Contains(pool.Name.Text)) is { } pool)
        {
            throw new StateStoreException($"pool [{pool.Name}]: the file of this name keeps the wanted state");
        }
        SharedMemorySegment.Unlink(unfinished); // of one that was killed
        string? host = NetworkNamespace.Current;
        var bytes = StateWords.OfThread.Of(states, host);
        try
        {
            using var file = SharedMemorySegment.Create(unfinished);
            file.Resize(bytes.Length);
            using var memory = file.Map();
            bytes.CopyTo(memory.GetSpan());
            if (name != Next)
            {
                var note = WriterNote.In(_lock);
                note = name == _name ? note.WithWanted(file.Identity, document)
                    : note.WithSource(file.Identity, document);
                note.WriteTo(_lock);
            }
            SharedMemorySegment.Rename(unfinished, name.Text);
            if (name != Next)
            {
                RememberedStates.Note(name, bytes, host, states[0].InOrder());
            }
        }
        catch (SystemCallException)
        {
            SharedMemorySegment.Unlink(unfinished);
            throw;
        }
    }

    /// <summary>Takes the file away, whatever is in it; when this is disposed, the lock goes too.</summary>
    /// <exception cref="SystemCallException">It may not be removed.</exception>
    public void Forget()
    {
        SharedMemorySegment.Unlink(_name.Text + UnfinishedSuffix);
        SharedMemorySegment.Unlink(Next.Text + UnfinishedSuffix);
        SharedMemorySegment.Unlink(Next.Text);
        SharedMemorySegment.Unlink(Source.Text + UnfinishedSuffix);
        SharedMemorySegment.Unlink(Source.Text);
        SharedMemorySegment.Unlink(_name.Text);
        RememberedStates.Forget(_name);
        RememberedStates.Forget(Source);
        _mayBeReplaced = true;
    }

    /// <summary>Lets others change it. Where nothing is asked for, no lock is left either.</summary>
    public void Dispose()
    {
        if (SharedMemorySegment.FindIdentity(_name.Text) is null && SharedMemorySegment.FindIdentity(Next.Text) is null)
        {
            // It guards nothing. One that a user without privilege had left would be in root's way.
            // While it is held: whoever waits for it notices that it is not the lock any more.
            SharedMemorySegment.Unlink(_lock.Name);
        }
        _lock.Dispose();
    }

    private static DesiredState Load(PoolName name) => LoadAll(name) switch
    {
        [] => DesiredState.Empty,
        [var only] => only,
        _ => throw NotOurs(name.Text, "it is several"),
    };

    /// <summary>A line each.</summary>
    private static List<DesiredState> LoadAll(PoolName name)
    {
        using var file = OpenIfThere(name);
        if (file is null)
        {
            return [];
        }
        try
        {
            file.ThrowIfForeign();
        }
        catch (SegmentException e)
        {
            throw NotOurs(name.Text, e.Message);
        }
        if (file.SizeBytes == 0)
        {
            throw NotOurs(name.Text, "it is empty");
        }
        using var memory = file.Map();
        ReadOnlySpan<byte> bytes = memory.GetSpan();
        string? host = NetworkNamespace.Current;
        if (RememberedStates.Find(name, bytes, host) is { } known)
        {
            return [known];
        }
        var states = new List<DesiredState>();
        foreach (var line in bytes.Split(LineEnd))
        {
            states.Add(StoredState.TryRead(bytes[line], host, out var state, out string reason)
                ? state
                : throw NotOurs(name.Text, reason));
        }
        if (states is [var only])
        {
            RememberedStates.Note(name, bytes, host, only);
        }
        return states;
    }

    private static SharedMemorySegment? OpenIfThere(PoolName name)
    {
        try
        {
            return SharedMemorySegment.Open(name.Text, readOnly: true);
        }
        catch (SystemCallException) when (SharedMemorySegment.FindIdentity(name.Text) is null)
        {
            return null;
        }
    }

    private static StateStoreException NotOurs(string name, string reason) => new(
        $"/dev/shm/{name}: not a wanted state that can be used: {reason}; remove it, then apply the whole file again");
}
