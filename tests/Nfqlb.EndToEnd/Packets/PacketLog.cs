using Nfqlb.EndToEnd.Lab;

namespace Nfqlb.EndToEnd.Packets;

/// <summary>One packet that a target has seen. Times in Unix nanoseconds, from one clock.</summary>
/// <param name="Sent">Taken just before it was given to the kernel.</param>
/// <param name="Arrived">Taken by the kernel as it came in through the target's link.</param>
internal readonly record struct ArrivedPacket(int Flow, int Sequence, long Sent, long Arrived);

/// <summary>Files into which the captures of a testbed write every packet.</summary>
internal sealed class PacketLog : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("nfqlb-e2e-").FullName;

    public string FileOf(Target target) => Path.Combine(_folder, target.Host.Name);

    public IEnumerable<ArrivedPacket> Read(Target target) =>
        from line in File.ReadLines(FileOf(target))
        let fields = line.Split(' ')
        select new ArrivedPacket(int.Parse(fields[0]), int.Parse(fields[1]), long.Parse(fields[2]),
            long.Parse(fields[3]));

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
