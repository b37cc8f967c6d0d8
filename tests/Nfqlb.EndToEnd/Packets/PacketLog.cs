using Nfqlb.EndToEnd.Lab;

namespace Nfqlb.EndToEnd.Packets;

/// <summary>One packet that a target has seen. Times in Unix nanoseconds, from one clock.</summary>
/// <param name="Sent">Taken just before it was given to the kernel.</param>
/// <param name="Arrived">Taken by the kernel as it came in through the target's link.</param>
internal readonly record struct ArrivedPacket(Target Target, int Flow, int Sequence, long Sent, long Arrived);

/// <summary>The packets that the captures of a testbed have written down one by one.</summary>
internal sealed class PacketLog : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("nfqlb-e2e-").FullName;

    public string FileOf(Target target) => Path.Combine(_folder, target.Host.Name);

    public IEnumerable<ArrivedPacket> Read(IEnumerable<Target> targets) =>
        from target in targets
        from line in File.ReadLines(FileOf(target))
        let fields = line.Split(' ')
        select new ArrivedPacket(target, int.Parse(fields[0]), int.Parse(fields[1]),
            long.Parse(fields[2]), long.Parse(fields[3]));

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
