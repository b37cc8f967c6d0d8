using System.Collections.Immutable;
using System.Globalization;
using Nfqlb.ControlPlane.Execute;
using Nfqlb.ControlPlane.Host;
using Nfqlb.ControlPlane.Observe;
using Nfqlb.ControlPlane.Store;
using Nfqlb.Flows;
using Nfqlb.Linux;
using Nfqlb.Linux.Monitor;
using Nfqlb.Linux.SharedMemory;
using Nfqlb.Maglev;
using Nfqlb.Planning.Documents;
using Nfqlb.Planning.Model;
using Nfqlb.Planning.Objects;
using Nfqlb.Planning.Plans;

namespace Nfqlb.ControlPlane.Follow;

/// <summary>Keeps a host as a source and commands ask for it: brings about what changes in the source, and puts back
/// what others change on the host.</summary>
/// <remarks>
/// <para>
/// A source says its word and the store keeps it: <see cref="StateMerge"/> carries what is new in it into what is asked
/// for. From then on the store alone says how the host is to be, whoever has asked for it.
/// </para>
/// <para>Owned by one thread, but for <see cref="Status"/>, <see cref="Tally"/> and <see cref="Reload"/>. Events say
/// only that something is to be looked at; what there is to do follows from what is found.</para>
/// </remarks>
public sealed class Follower
{
    private const int MostTold = 20;

    /// <summary>Who asks for it where targets were found.</summary>
    private const string Found = "targets that were found";

    private readonly Surroundings _host;
    private readonly PoolName _store;
    private readonly ISource _source;
    private readonly IMonitor _monitor;
    private readonly TimeProvider _time;
    private readonly Action<FollowNotice> _tell;
    private readonly Reconciler _reconciler;
    private readonly ImmutableArray<string> _paths;
    private readonly long _origin;
    private readonly Pace _pace = new();
    private readonly Mender _mender;
    private readonly FoundWord _found;
    private IReadOnlyList<DocumentFile> _files = [];

    /// <summary>The files that are in force; null before there are any.</summary>
    private DocumentSource? _inForce;

    /// <summary>What was changed by hand of what the source says is changed back, once that is possible.</summary>
    private bool _isAnew;

    /// <summary>The last attempt to read the source has failed.</summary>
    private bool _isUnread;

    /// <summary>The files are in order: what comes behind that is the host's no.</summary>
    private bool _isRead;

    /// <summary>Who asks for what is brought about just now.</summary>
    private string _by = "the start";

    private volatile bool _isReloadAsked;
    private volatile ConfigurationState _status;

    /// <summary>Does nothing yet.</summary>
    /// <param name="host">What is kept.</param>
    /// <param name="store">The name that the state is kept under.</param>
    /// <param name="source">What is followed.</param>
    /// <param name="monitor">Tells what happens on the host.</param>
    /// <param name="time">The time.</param>
    /// <param name="tell">Is told what happened.</param>
    /// <param name="stop">Ends waiting for commands that change the same.</param>
    public Follower(
        Surroundings host, PoolName store, ISource source, IMonitor monitor, TimeProvider time,
        Action<FollowNotice> tell, CancellationToken stop = default)
    {
        (_host, _store, _source, _monitor, _time, _tell) = (host, store, source, monitor, time, tell);
        _reconciler = new Reconciler(host, store, stop);
        _paths = [.. source.Paths];
        _origin = time.GetTimestamp();
        _mender = new Mender(host, store, Tally, tell, _reconciler);
        _found = new FoundWord(tell);
        _status = new ConfigurationState(source.Name);
    }

    /// <summary>Pools and flows of others that stand where the source puts its own become ours.</summary>
    public bool Adopts { get; init; }

    /// <summary>What the source has said before, which is not parsed once more while it says the same.</summary>
    public DocumentSource? Parsed { private get; set; }

    /// <summary>Finds the targets that the source does not name itself; whoever makes it wakes the monitor when it has
    /// found some. Null where nobody looks for them.</summary>
    public IDiscovery? Discovery { init => _found.Discovery = value; }

    /// <summary>Is told on this thread what is asked for, whenever the host was made to match it or was looked
    /// at.</summary>
    public Action<DesiredState> InForce { init => _mender.InForce = value; }

    /// <summary>How far what is asked for is in force.</summary>
    public ConfigurationState Status => _status with
    {
        Refused = _mender.Refused,
        Contested = _mender.Contested,
        Sources = _found.States,
        LeftOut = _found.LeftOut,
    };

    /// <summary>What has come of it so far.</summary>
    public FollowTally Tally { get; } = new();

    private string TimeText => _time.GetUtcNow().UtcDateTime.ToString("u", CultureInfo.InvariantCulture);

    private TimeSpan Now => _time.GetElapsedTime(_origin);

    /// <summary>Brings about what the source asks for, to begin with.</summary>
    /// <exception cref="SourceException">It cannot be read.</exception>
    /// <exception cref="InvalidStateException">It is wrong, or cannot be; nothing was changed.</exception>
    /// <exception cref="SystemCallException">The kernel refused it; what was done before was undone.</exception>
    public void Start()
    {
        Watch();
        _files = _source.Read();
        Bring();
    }

    /// <summary>Goes on where another balancer has stood: what is wrong is told, and what is in force stays.</summary>
    public void TakeOver() => Follow(isAsked: true, "a takeover");

    /// <summary>Has the source read again, and hold in all that it says. For any thread, which wakes the monitor
    /// then.</summary>
    public void Reload() => _isReloadAsked = true;

    /// <summary>Waits until there is something to do, and does it.</summary>
    /// <exception cref="SystemCallException">The monitor has failed.</exception>
    /// <exception cref="OperationCanceledException">It was told to stop.</exception>
    public void Turn()
    {
        var changes = _monitor.Wait(_pace.Until(Now));
        _pace.Note(changes, Now);
        if (_found.TakeNews())
        {
            _pace.NoteFound(Now);
        }
        if ((changes & (HostChanges.Routing | HostChanges.Lost)) != HostChanges.None)
        {
            _mender.TryRefusedAgain();
            _pace.RetrySoon(Now);
        }
        if (_isReloadAsked)
        {
            _isReloadAsked = false;
            _isAnew = true;
            Follow(isAsked: true, "SIGHUP");
        }
        else if (_pace.TakeRetry(Now))
        {
            Follow(isAsked: _status.ComplainedSince is not null || _found.IsIncomplete, "another try");
        }
        else if (_pace.TakeFiles(Now))
        {
            Follow(isAsked: false, "the file");
        }
        else if (_pace.TakeFound(Now))
        {
            BringFound();
        }
        if (_pace.TakePulse(Now) && _mender.HasPulse())
        {
            _pace.LookAt(Now);
        }
        if (_pace.TakeLook(Now))
        {
            var began = Now;
            var next = _mender.Look(began);
            _pace.Looked(began, Now);
            if (next is { } time)
            {
                _pace.LookAt(time);
            }
            _monitor.Tables = _mender.Tables;
        }
    }

    /// <summary>Reads the source, and brings about what is new in it.</summary>
    /// <param name="isAsked">Also where it is what it was.</param>
    /// <param name="by">Who asks for it.</param>
    private void Follow(bool isAsked, string by)
    {
        _by = by;
        try
        {
            bool areWatched = Watch();
            var files = _source.Read();
            if (isAsked || _isUnread || _found.IsAnew || !DocumentFile.AreSame(files, _files))
            {
                (_files, _isUnread) = (files, false);
                TryBring();
            }
            if (!areWatched)
            {
                _pace.RetryLater(Now);
            }
        }
        catch (SourceException e)
        {
            _isUnread = true;
            Tally.CountInvalid();
            Complain("configuration cannot be read: what was in force stays", e.Message);
            _pace.RetryLater(Now);
            BringFound();
        }
    }

    private void TryBring()
    {
        try
        {
            Bring();
        }
        catch (Exception e) when (IsFailure(e))
        {
            const string stays = "what was in force stays";
            bool isWrong = e is InvalidStateException && !_isRead;
            if (isWrong)
            {
                Tally.CountInvalid();
                _pace.Succeeded();
                Complain($"configuration is wrong: {stays}", e.Message);
            }
            else
            {
                // It may be for a link that comes late, another's route, a command that takes long.
                Tally.CountRefused();
                _pace.RetryLater(Now);
                Complain($"configuration refused: {stays}", e.Message);
            }
            if (isWrong)
            {
                BringFound();
            }
        }
    }

    /// <summary>Targets of the files in force follow what is found, also while the files are wrong.</summary>
    private void BringFound()
    {
        if (_inForce is not { } document || !_found.IsAnew)
        {
            return;
        }
        _by = Found;
        try
        {
            Tell(Carry(document, isOfFound: true), what: "targets that were found in force");
            if (_found.IsIncomplete)
            {
                _pace.RetryLater(Now);
            }
        }
        catch (Exception e) when (IsFailure(e))
        {
            Tally.CountRefused();
            _pace.RetryLater(Now);
            _tell(new FollowNotice("targets that were found are refused", Reason: e.Message)
            {
                IsWarning = true,
                By = Found,
            });
        }
    }

    private void Bring()
    {
        var document = DocumentSource.Of(_files, Parsed);
        Parsed = null;
        Tell(Carry(document), "configuration in force");
        _inForce = document;
        _isAnew = false;
        _pace.Succeeded();
        _status = _status with { InForceSince = TimeText, Complaints = [], ComplainedSince = null };
        Tally.InForceSince(_time.GetUtcNow());
        if (_found.IsIncomplete)
        {
            _pace.RetryLater(Now);
        }
    }

    /// <summary>Makes the host match a document and what is found; an address that was found and that nothing leads to
    /// keeps nobody else from being a target.</summary>
    /// <param name="document">The document.</param>
    /// <param name="isOfFound">Nothing but what is found is new.</param>
    private Carried Carry(DocumentSource document, bool isOfFound = false)
    {
        var began = Now;
        string[] news = [];
        _isRead = false;
        _found.Begin();
        while (true)
        {
            var next = DesiredState.Empty;
            DesiredState Desired(DesiredState before)
            {
                var last = StateStore.LookSource(_store);
                _isRead = true;
                if (isOfFound && last is not null && _found.Restated is { } restated)
                {
                    next = restated.Of(last);
                    if (restated.Over(before) is { } desired)
                    {
                        return desired;
                    }
                }
                _isRead = last is not null && ReferenceEquals(document.Known, last);
                next = _isRead ? last! : document.Read(
                    SlotReader.Read(_host.Pools, document, before, last ?? before),
                    _found.PlacesAmong(last ?? before));
                next = next.Files.AsSpan().SequenceEqual(_paths.AsSpan()) ? next : next with { Files = _paths };
                _isRead = true;
                news = last is null ? [] : [.. ServedNews.Of(last, next)];
                return last is null ? next
                    : _isAnew ? StateMerge.Anew(last, next, before)
                    : StateMerge.Of(last, next, before);
            }
            try
            {
                var done = _reconciler.Carry(new DesiredChange(Scope.Everything, Desired)
                {
                    Adopts = Adopts,
                    IsOfDifferences = isOfFound,
                    Document = document,
                    Source = () => next,
                    SourceDigest = () => KnownFiles.DigestOf(document),
                });
                _found.End();
                _pace.Brought(began, Now);
                return new Carried(done, Now - began, news);
            }
            catch (RefusedWayException e) when (_found.TakeOut(e.Gateways, next))
            {
                // Once more, without them.
            }
        }
    }

    private void Tell(Carried carried, string what)
    {
        var done = carried.Done;
        if (done.Changes.Count == 0)
        {
            Tally.CountUnchanged();
        }
        else
        {
            Tally.CountChanged();
        }
        _tell(carried.Told(what, _source.Name, _by));
        foreach (string warning in done.Warnings.Take(MostTold))
        {
            _tell(FollowNotice.MissingLink(warning));
        }
        _mender.Settle(done.Part);
        _monitor.Tables = _mender.Tables;
    }

    private void Complain(string what, string reasons)
    {
        string[] lines = reasons.Split('\n');
        bool isNews = !_status.Complaints.AsSpan().SequenceEqual(lines);
        _status = _status with
        {
            Complaints = [.. lines],
            ComplainedSince = _status.ComplainedSince ?? TimeText,
        };
        foreach (string line in isNews ? lines.Take(MostTold) : [])
        {
            _tell(new FollowNotice(what, Reason: line) { IsWarning = true, By = _by });
        }
    }

    private bool Watch()
    {
        try
        {
            return _monitor.Watch(_source.Directories);
        }
        catch (SystemCallException e)
        {
            throw new SourceException($"{_source.Name}: cannot be followed: {e.Message}", e);
        }
    }

    /// <summary>What may come of looking and changing, and is no fault of this program.</summary>
    public static bool IsFailure(Exception e) => e is SystemCallException or PoolException or FlowException
        or InvalidStateException or StateStoreException or SegmentException or IOException;
}
