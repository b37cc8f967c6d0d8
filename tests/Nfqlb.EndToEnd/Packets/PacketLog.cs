using Nfqlb.EndToEnd.Lab;

namespace Nfqlb.EndToEnd.Packets;

/// <summary>One packet that a target has seen. Times in Unix nanoseconds, from one clock.</summary>
/// <param name="Sent">Taken just before it was given to the kernel.</param>
/// <param name="Arrived">Taken by the kernel as it came in through the target's link.</param>
internal readonly record struct ArrivedPacket(int Flow, int Sequence, long Sent, long Arrived);

/// <summary>Files into which the captures of a testbed write every packet. They end with the testbed.</summary>
internal sealed class PacketLog(Testbed testbed)
{
    /// <summary>The file's path as the capture of the target sees it.</summary>
    public static string FileOf(Target target) => "/dev/shm/" + NameOf(target);

    public IEnumerable<ArrivedPacket> Read(Target target) =>
        from line in File.ReadLines(testbed.PathInSharedMemory(NameOf(target)))
        let fields = line.Split(' ')
        select new ArrivedPacket(int.Parse(fields[0]), int.Parse(fields[1]), long.Parse(fields[2]),
            long.Parse(fields[3]));

    private static string NameOf(Target target) => $"packets-of-{target.Host.Name}";
}
