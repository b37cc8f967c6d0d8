using System.Net;
using System.Text.Json;
using Nfqlb.EndToEnd.Lab;
using Nfqlb.EndToEnd.Wire;

namespace Nfqlb.EndToEnd.Packets;

/// <summary>Writes down what arrives at each target, byte by byte.</summary>
internal sealed class WholeCaptures : IDisposable
{
    private readonly (Target Target, BackgroundProcess Process)[] _captures;
    private readonly Func<string, string> _pathOutside;

    private WholeCaptures(IEnumerable<(Target, BackgroundProcess)> captures, Func<string, string> pathOutside)
    {
        _captures = [.. captures];
        _pathOutside = pathOutside;
    }

    /// <summary>Returns when every packet from now on is seen.</summary>
    /// <param name="pathOutside">The path by which the test finds a file that a target writes into /dev/shm.</param>
    public static WholeCaptures Start(IEnumerable<Target> targets, Func<string, string> pathOutside)
    {
        var captures = new WholeCaptures(targets.Select(target => (target, target.Host.Start(Executables.Traffic,
            "capture", $"--dev={Testbed.Uplink}", $"--pcap=/dev/shm/{FileOf(target)}"))), pathOutside);
        foreach ((_, BackgroundProcess capture) in captures._captures)
        {
            capture.WaitForOutput("ready\n");
        }
        return captures;
    }

    /// <summary>Ends the captures: by the targets' marks, what had come to a virtual address by now.</summary>
    /// <param name="isOfInterest">What to keep; null for all.</param>
    public IReadOnlyDictionary<int, IReadOnlyList<byte[]>> Stop(Func<byte[], bool>? isOfInterest = null)
    {
        foreach ((_, BackgroundProcess capture) in _captures)
        {
            capture.Signal(PosixSignalNumber.Terminate);
        }
        return _captures.ToDictionary(capture => capture.Target.Mark, capture => (IReadOnlyList<byte[]>)
            [.. Read(capture.Target, capture.Process).Where(isOfInterest ?? (_ => true))]);
    }

    /// <summary>Ends what still runs, so that the next captures have the files for themselves.</summary>
    public void Dispose()
    {
        foreach ((_, BackgroundProcess capture) in _captures.Where(capture => !capture.Process.HasEnded))
        {
            capture.Stop();
        }
    }

    private IEnumerable<byte[]> Read(Target target, BackgroundProcess capture)
    {
        string summary = capture.WaitForEnd().MustSucceed().Stdout.TrimEnd().Split('\n')[^1];
        // Lost in counting: the test would prove nothing.
        Assert.Equal(0, JsonDocument.Parse(summary).RootElement.GetProperty("dropped").GetInt64());
        string path = _pathOutside(FileOf(target));
        List<byte[]> packets = PcapFile.Read(path);
        File.Delete(path);
        return packets.Where(IsForVirtualAddress);
    }

    // The rest is what hosts say to their neighbours.
    private static bool IsForVirtualAddress(byte[] packet)
    {
        var destination = new IPAddress(packet[0] >> 4 == 4 ? packet.AsSpan(16, 4) : packet.AsSpan(24, 16));
        return Testbed.VirtualAddresses.Contains($"{destination}");
    }

    private static string FileOf(Target target) => $"arrived-at-{target.Host.Name}";
}
