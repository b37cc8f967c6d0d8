using Nfqlb.ControlPlane.Store;
using Nfqlb.Maglev;
using Nfqlb.Planning.Documents;

namespace Nfqlb.ControlPlane.Follow;

/// <summary>Files that are, byte for byte, those that the same build of this program has brought about last: they were
/// read and checked then, and what they ask for is kept, so that a start need not parse them.</summary>
public static class KnownFiles
{
    /// <summary>The files as they were read then; null where they are others.</summary>
    /// <param name="store">The name that the state is kept under.</param>
    /// <param name="files">The files of the source.</param>
    /// <param name="ahead">What <see cref="StateStore.ReadAhead"/> began.</param>
    public static DocumentSource? Find(PoolName store, IReadOnlyList<DocumentFile> files, Task ahead)
    {
        try
        {
            if (!StateStore.IsSourceOf(store, DigestOf(files)))
            {
                return null;
            }
            ahead.Wait();
            return StateStore.LookSource(store) is { } known ? DocumentSource.AlreadyRead(files, known) : null;
        }
        catch (Exception e) when (Follower.IsFailure(e))
        {
            return null; // Who goes on with it finds it too, and says so.
        }
    }

    /// <summary>By which a document is known later; null where it asks for targets that have to be found, and so for
    /// others each time.</summary>
    internal static DocumentDigest? DigestOf(DocumentSource document) =>
        document.Known is null && document.FirstFrom is not null ? null : DigestOf(document.Files);

    private static DocumentDigest DigestOf(IReadOnlyList<DocumentFile> files) => DocumentDigest.Of(files, "");
}
