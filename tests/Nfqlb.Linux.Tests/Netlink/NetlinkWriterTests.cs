using Nfqlb.Linux.Netlink;
using static Nfqlb.Linux.Netlink.Uapi.UapiNetlink;

namespace Nfqlb.Linux.Tests.Netlink;

public sealed class NetlinkWriterTests
{
    private readonly NetlinkWriter _writer = new();

    private string Hex => Convert.ToHexStringLower(_writer.Written);

    [Fact]
    public void A_message_is_its_header_and_what_is_written_in_its_scope()
    {
        using (_writer.Message(type: 0x1234, flags: 0x0506))
        {
            _writer.Append(new nlattr { nla_len = 0x1111, nla_type = 0x2222 });
        }

        Assert.Equal("14000000" + "3412" + "0605" + "00000000" + "00000000" + "11112222", Hex);
    }

    [Fact]
    public void Each_kind_of_attribute()
    {
        _writer.Flag(1);
        Assert.Equal("04000100", Take());
        _writer.UInt8(2, 0xab);
        Assert.Equal("05000200" + "ab000000", Take());
        _writer.UInt16(3, 0x1234);
        Assert.Equal("06000300" + "34120000", Take());
        _writer.UInt16BigEndian(3, 0x1234);
        Assert.Equal("06000300" + "12340000", Take());
        _writer.UInt32(4, 0x12345678);
        Assert.Equal("08000400" + "78563412", Take());
        _writer.UInt32BigEndian(4, 0x12345678);
        Assert.Equal("08000400" + "12345678", Take());
        _writer.UInt64BigEndian(5, 0x123456789abcdef0);
        Assert.Equal("0c000500" + "123456789abcdef0", Take());
        _writer.Bytes(6, [1, 2, 3, 4, 5]);
        Assert.Equal("09000600" + "0102030405000000", Take());
        _writer.Text(7, "eth0");
        Assert.Equal("09000700" + "6574683000000000", Take());
        _writer.Text(7, "");
        Assert.Equal("05000700" + "00000000", Take());
    }

    [Fact]
    public void Nested_lengths_hold_the_padding_of_what_is_inside()
    {
        using (_writer.Message(16, 0))
        {
            using (_writer.Nested(1))
            {
                _writer.UInt8(2, 0xff);
                using (_writer.Nested(3))
                {
                    _writer.UInt16(4, 1);
                }
            }

            _writer.Flag(5);
        }

        Assert.Equal(
            "2c000000" + "1000" + "0000" + "00000000" + "00000000"
            + "1800" + "0180" + "05000200ff000000" + "0c00" + "0380" + "0600040001000000"
            + "04000500",
            Hex);
    }

    [Fact]
    public void Two_messages_follow_each_other()
    {
        using (_writer.Message(1, 0))
        {
            _writer.UInt8(1, 1);
        }

        using (_writer.Message(2, 0))
        {
        }

        Assert.Equal(24 + 16, _writer.Length);
        Assert.Equal(24, _writer.Written[0]);
        Assert.Equal(16, _writer.Written[24]);
    }

    [Fact]
    public void The_buffer_grows_and_what_was_used_before_leaves_no_trace()
    {
        _writer.Bytes(1, Enumerable.Repeat((byte)0xee, 5000).ToArray());
        _writer.Clear();
        using (_writer.Message(1, 0))
        {
            for (int i = 0; i < 1000; i++)
            {
                _writer.UInt8(1, 0xff);
            }
        }

        Assert.Equal(16 + (1000 * 8), BitConverter.ToInt32(_writer.Written));
        Assert.Equal("05000100ff000000", Convert.ToHexStringLower(_writer.Written[^8..]));
    }

    [Fact]
    public void An_attribute_that_is_too_long_is_refused()
    {
        _writer.Bytes(1, new byte[ushort.MaxValue - 4]);
        Assert.Throws<ArgumentException>(() => _writer.Bytes(1, new byte[ushort.MaxValue - 3]));
        Assert.Throws<ArgumentException>(() =>
        {
            using (_writer.Nested(1))
            {
                _writer.Bytes(2, new byte[40_000]);
                _writer.Bytes(2, new byte[40_000]);
            }
        });
    }

    private string Take()
    {
        string hex = Hex;
        _writer.Clear();
        return hex;
    }
}
