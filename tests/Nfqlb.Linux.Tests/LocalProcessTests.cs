using System.Diagnostics;
using System.Net.Sockets;

namespace Nfqlb.Linux.Tests;

public sealed class LocalProcessTests
{
    [Fact]
    public void The_listener_is_known_to_who_connects()
    {
        var address = new UnixDomainSocketEndPoint($"\0nfqlb-test-{Guid.NewGuid()}");
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(address);
        listener.Listen();
        using var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        client.Connect(address);

        var found = LocalProcess.AtOtherEndOf(client);

        Assert.Equal(Environment.ProcessId, found?.Id);
        using var self = Process.GetCurrentProcess();
        Assert.Equal(self.StartTime, found!.Started!.Value.LocalDateTime, TimeSpan.FromSeconds(2));
    }

    [Theory] // proc_pid_stat(5): the name may hold anything.
    [InlineData("1 (cat) R 0 1 1 0 -1 4194304 83 0 0 0 0 0 0 0 20 0 1 0 12345 3133440", 123.45)]
    [InlineData("1 (a b) c) R 0 1 1 0 -1 4194304 83 0 0 0 0 0 0 0 20 0 1 0 500 3133440", 5.0)]
    [InlineData("1 (cat) R 0 1", null)]
    [InlineData("", null)]
    public void The_start_is_the_field_number_22(string stat, double? seconds) =>
        Assert.Equal(seconds, LocalProcess.SecondsAfterBoot(stat));
}
