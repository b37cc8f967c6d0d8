using System.Text;
using Nfqlb.Linux;
using Nfqlb.Linux.SharedMemory;
using Nfqlb.Planning.Documents;

namespace Nfqlb.ControlPlane.Store;

/// <summary>Who has written the files of the store last, and of which documents they are. It is kept in the file of the
/// lock, and holds of a file as long as that has the inode that is noted.</summary>
/// <param name="Wanted">Of what is asked for: inode, process, user and document; empty where nobody knows.</param>
/// <param name="Source">Of what the files of a balancer ask for: inode and document; likewise.</param>
internal readonly record struct WriterNote(string Wanted, string Source)
{
    /// <summary>Of all notes, so that the next one never needs more room.</summary>
    private const int Bytes = 256;

    private const char LineEnd = '\n';

    /// <summary>The note in a lock's file.</summary>
    public static WriterNote In(SharedMemorySegment noted)
    {
        if (noted.SizeBytes != Bytes)
        {
            return new("", "");
        }
        using var memory = noted.Map();
        string[] lines = Encoding.ASCII.GetString(memory.GetSpan()).Split(LineEnd);
        return lines is [var wanted, var source, ..] ? new(wanted, source) : new("", "");
    }

    /// <summary>Puts it there; whoever does so holds the lock.</summary>
    public void WriteTo(SharedMemorySegment noted)
    {
        if (noted.SizeBytes != Bytes)
        {
            noted.Resize(Bytes);
        }
        using var memory = noted.Map();
        Encoding.ASCII.GetBytes($"{Wanted}{LineEnd}{Source}{LineEnd}".PadRight(Bytes), memory.GetSpan());
    }

    /// <summary>With this process as the writer of what is asked for.</summary>
    public WriterNote WithWanted(SegmentIdentity written, DocumentDigest? document) => this with
    {
        Wanted = $"{written.Inode} {Environment.ProcessId} {LocalUser.Current} {document?.Text}",
    };

    /// <summary>With the document of what files ask for.</summary>
    public WriterNote WithSource(SegmentIdentity written, DocumentDigest? document) => this with
    {
        Source = $"{written.Inode} {document?.Text}",
    };

    /// <summary>Process and user who have written what is asked for; null where the note is about another file.
    /// </summary>
    public (string Process, string User)? WriterOf(SegmentIdentity written) =>
        Words(Wanted, written) is [_, var process, var user, ..] ? (process, user) : null;

    /// <summary>Whether what is asked for is of this document, and of nothing else.</summary>
    public bool IsWantedOf(SegmentIdentity written, DocumentDigest document) =>
        Words(Wanted, written) is [_, _, _, var digest] && digest == document.Text;

    /// <summary>Whether what files ask for is of this document.</summary>
    public bool IsSourceOf(SegmentIdentity written, DocumentDigest document) =>
        Words(Source, written) is [_, var digest] && digest == document.Text;

    private static string[] Words(string line, SegmentIdentity written)
    {
        string[] words = line.Split(' ');
        return words[0] == $"{written.Inode}" ? words : [];
    }
}
