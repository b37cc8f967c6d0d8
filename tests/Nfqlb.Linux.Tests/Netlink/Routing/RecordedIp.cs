using System.Buffers.Binary;
using Nfqlb.Linux.Netlink;
using Nfqlb.Routing;

namespace Nfqlb.Linux.Tests.Netlink.Routing;

/// <summary>tests/data/netlink/ip.txt: what ip(8) said to the kernel and heard from it, by command.</summary>
internal static class RecordedIp
{
    private static readonly ILookup<string, string> Datagrams = Read();

    /// <summary>The one request that a command sent.</summary>
    public static byte[] Sent(string command) => Assert.Single(Bytes(command, '>'));

    /// <summary>All datagrams that a command received.</summary>
    public static IEnumerable<byte[]> Received(string command) => Bytes(command, '<');

    /// <summary>What a decoder makes of all that a command received.</summary>
    /// <param name="command">As it was typed.</param>
    /// <param name="type">The messages to look at.</param>
    /// <param name="decode">Null for a message that says nothing.</param>
    public static List<T> Decode<T>(string command, ushort type, NetlinkDecoder<T> decode)
        where T : class
    {
        var values = new List<T>();
        foreach (byte[] bytes in Received(command))
        {
            for (ReadOnlySpan<byte> datagram = bytes; !datagram.IsEmpty;)
            {
                var message = NetlinkMessage.Take(ref datagram);
                if (message.Type == type && decode(message) is { } value)
                {
                    values.Add(value);
                }
            }
        }

        return values;
    }

    /// <summary>A message as text to be compared: type and flags, then its content.</summary>
    /// <remarks>Not compared are the number, the port id, and NLM_F_ACK: ip(8) has each request acknowledged. The
    /// length is checked instead.</remarks>
    public static string Compared(ReadOnlySpan<byte> message)
    {
        Assert.Equal(message.Length, BinaryPrimitives.ReadInt32LittleEndian(message));
        ushort flags = (ushort)(BinaryPrimitives.ReadUInt16LittleEndian(message[6..]) & ~4);
        return $"{Convert.ToHexStringLower(message[4..6])} {flags:x4} {Convert.ToHexStringLower(message[16..])}";
    }

    private static IEnumerable<byte[]> Bytes(string command, char direction)
    {
        Assert.True(Datagrams.Contains(command), $"not recorded: {command}");
        return Datagrams[command].Where(line => line[0] == direction).Select(line => Convert.FromHexString(line[2..]));
    }

    private static ILookup<string, string> Read()
    {
        var datagrams = new List<(string Command, string Line)>();
        string command = "";
        foreach (string line in File.ReadLines(Path.Combine(AppContext.BaseDirectory, "data/netlink/ip.txt")))
        {
            if (line[0] == '$')
            {
                command = line[2..];
            }
            else if (line[0] != '#')
            {
                datagrams.Add((command, line));
            }
        }

        return datagrams.ToLookup(entry => entry.Command, entry => entry.Line);
    }
}
