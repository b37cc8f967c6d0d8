using Nfqlb.Linux.Queue;

namespace Nfqlb.Daemon.Workers;

/// <summary>One queue with what empties it.</summary>
/// <param name="Queue">Bound.</param>
/// <param name="Loop">Runs on a thread of its own.</param>
/// <param name="Classifier">Decides the loop's packets.</param>
internal sealed record Worker(PacketQueue Queue, QueueLoop Loop, Classifier Classifier);
