using System.Net;
using Nfqlb.Packets;
using Nfqlb.Tests.Support;

namespace Nfqlb.Tests.Packets;

/// <summary>Addresses as text: what inet_pton(3) and inet_ntop(3) take and give, as in nfqlb 1.2.0.</summary>
public class AddressTests
{
    private const int Texts = 200_000;
    private const int Printed = 50_000;

    [Theory]
    [InlineData("10.0.0.1", "::ffff:10.0.0.1")]
    [InlineData("255.255.255.255", "::ffff:255.255.255.255")]
    [InlineData("::ffff:10.0.0.1", "::ffff:10.0.0.1")]
    [InlineData("::", "::")]
    [InlineData("::1", "::1")]
    [InlineData("2001:DB8:0:0:1:0:0:1", "2001:db8::1:0:0:1")]
    [InlineData("1000::1:20.0.0.0", "1000::1:1400:0")] // recorded
    [InlineData("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0")] // one group of zeros is not shortened
    [InlineData("fe80::5efe:a00:1", "fe80::5efe:a00:1")] // ISATAP, where .NET writes dots
    public void Reads_and_prints(string text, string printed)
    {
        Assert.True(Address.TryParse(text, out var address));
        Assert.Equal(printed, address.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("10.0.0")]
    [InlineData("10.0.0.0.1")]
    [InlineData("10.0.0.256")]
    [InlineData("10.0.0.01")]
    [InlineData("0x0a.0.0.1")]
    [InlineData("10.0.0.1 ")]
    [InlineData("167772161")]
    [InlineData("::1%lo")]
    [InlineData("[::1]")]
    [InlineData("[::1]:80")]
    [InlineData("::1/64")]
    [InlineData(":::")]
    [InlineData("1::2::3")]
    [InlineData("12345::")]
    [InlineData("1:2:3:4:5:6:7")]
    [InlineData("1:2:3:4:5:6:7:8:9")]
    [InlineData("::10.0.0.01")]
    [InlineData("host")]
    public void Refuses(string text) => Assert.False(Address.TryParse(text, out _));

    [Fact]
    public void Takes_exactly_what_inet_pton_takes() => Seeded.Run(random =>
    {
        int valid = 0;
        for (int i = 0; i < Texts; i++)
        {
            string text = SampleAddresses.Next(random);
            byte[]? expected = LibC.ParseAddress(LibC.AF_INET6, text);
            if (LibC.ParseAddress(LibC.AF_INET, text) is { } ipv4)
            {
                expected = [.. new byte[10], 0xff, 0xff, .. ipv4];
            }
            bool isTaken = Address.TryParse(text, out var address);
            Assert.True(isTaken == expected is not null, $"'{text}' is taken: {isTaken}");
            if (expected is not null)
            {
                Assert.Equal(Address.FromIpv6(expected), address);
                valid++;
            }
        }
        Assert.InRange(valid, Texts / 10, Texts * 9 / 10);
    });

    [Fact]
    public void Prints_as_inet_ntop_prints() => Seeded.Run(random =>
    {
        for (int i = 0; i < Printed; i++)
        {
            byte[] bytes = SampleAddresses.RandomAddress(random);
            Assert.Equal(LibC.PrintIpv6(bytes), Address.FromIpv6(bytes).ToString());
        }
    });

    [Fact]
    public void What_is_printed_is_read_again() => Seeded.Run(random =>
    {
        for (int i = 0; i < Printed; i++)
        {
            var address = Address.FromIpv6(SampleAddresses.RandomAddress(random));
            Assert.True(Address.TryParse(address.ToString(), out var again));
            Assert.Equal(address, again);
        }
    });

    [Fact]
    public void Ipv4_is_the_block_ffff_0_0_96()
    {
        Assert.True(Address.FromIpv4(0x0a000001).IsIpv4);
        Assert.True(Address.FromIpv4(uint.MaxValue).IsIpv4);
        foreach (string other in new[] { "::", "::1", "::10.0.0.1", "::fffe:ffff:ffff", "1::ffff:0:0", "::1:ffff:0:0" })
        {
            Assert.False(Address.FromIpv6(IPAddress.Parse(other).GetAddressBytes()).IsIpv4, other);
        }
    }
}
