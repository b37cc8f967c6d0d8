using System.Text;
using Nfqlb.Carried;
using Nfqlb.Daemon.Handover;
using Nfqlb.Drain;
using Nfqlb.Fragments;

namespace Nfqlb.Daemon.Tests.Handover;

/// <summary>What a balancer says that it has counted and remembers, and what it cannot have said.</summary>
public class HandoverStateTests
{
    [Fact]
    public void What_is_whole_is_read()
    {
        Assert.NotNull(HandoverState.Read(Bytes(version: 5)));
    }

    [Fact]
    public void What_ends_too_early_is_refused_wherever_it_ends()
    {
        byte[] whole = Bytes(version: 5);
        for (int length = 0; length < whole.Length; length++)
        {
            byte[] cut = whole[..length];
            Assert.Throws<CarriedException>(() => HandoverState.Read(cut));
        }
        Assert.Throws<CarriedException>(() => HandoverState.Read([.. whole, 0]));
    }

    [Fact]
    public void What_is_of_something_else_is_refused() =>
        Assert.Throws<CarriedException>(
            () => HandoverState.Read(Encoding.UTF8.GetBytes("GET / HTTP/1.1\r\nHost: x\r\n\r\n")));

    [Fact]
    public void What_is_of_another_version_is_left_alone() => Assert.Null(HandoverState.Read(Bytes(version: 3)));

    private static byte[] Bytes(int version)
    {
        var counts = new CarriedCounts();
        counts.Add("flow f", 7);
        var writer = new CarriedWriter();
        writer.WriteLong(BitConverter.ToInt64("nqestate"u8));
        writer.WriteInt(version);
        counts.WriteTo(writer);
        new FragmentTable(new FragmentTableOptions(), null).WriteTo(writer, now: 0);
        CarriedDrains.Write(writer, [], null, now: 0);
        return writer.Written.ToArray();
    }
}
