using Nfqlb.Cli.CommandLine;
using Nfqlb.Linux;
using Nfqlb.Simulation;

namespace Nfqlb.Cli.Simulate;

/// <summary>A capture in a file, of which connections are to be simulated.</summary>
internal static class CaptureFile
{
    private const int BufferBytes = 1 << 20;

    /// <summary>Reads all of it.</summary>
    /// <param name="path">Of a pcap or pcapng file.</param>
    /// <param name="flows">Which connections are taken.</param>
    /// <exception cref="CommandException">It cannot be read, or has no connections, or too many.</exception>
    public static CapturedConnections Read(string path, PoolFlows flows)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, BufferBytes);
            var progress = file.CanSeek ? new Progress(file.Length, "bytes") : null;
            var reader = new CaptureReader(file);
            var connections = new CapturedConnections(flows);
            while (reader.TryRead(out var packet))
            {
                progress?.Tell(file.Position);
                if (!connections.TryAdd(packet))
                {
                    throw Bad(path, $"more than {CapturedConnections.Most} connections: take a part of it");
                }
            }
            return connections.Rules.Count > 0
                ? connections
                : throw Bad(path, "no connection is in it that comes to the pool");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw Bad(path, FileFailure.Reason(path, e), e);
        }
        catch (InvalidDataException e)
        {
            throw Bad(path, e.Message, e);
        }
    }

    private static CommandException Bad(string path, string reason, Exception? cause = null) =>
        new($"Invalid --pcap [{PlainText.Visible(path)}]: {reason}", cause);
}
