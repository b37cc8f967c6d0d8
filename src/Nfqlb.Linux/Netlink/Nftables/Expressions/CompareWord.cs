using System.Buffers.Binary;
using static Nfqlb.Linux.Netlink.Nftables.UapiNftables;

namespace Nfqlb.Linux.Netlink.Nftables.Expressions;

/// <summary>Goes on only when the number of 32 bits loaded, in this host's byte order, is this one.</summary>
internal sealed record CompareWord(uint Value) : NftExpression
{
    public override string Name => Compare.KernelName;

    public static CompareWord? ReadData(NetlinkAttributes data)
    {
        uint register = 0, operation = uint.MaxValue;
        byte[] value = [];
        while (data.Next())
        {
            switch (data.Type)
            {
                case NFTA_CMP_SREG:
                    register = data.UInt32BigEndian;
                    break;
                case NFTA_CMP_OP:
                    operation = data.UInt32BigEndian;
                    break;
                case NFTA_CMP_DATA:
                    value = Compare.ReadValue(data.Nested);
                    break;
            }
        }

        bool isOurs = register == NFT_REG_1 && operation == NFT_CMP_EQ && value.Length == sizeof(uint);
        return isOurs ? new CompareWord(BinaryPrimitives.ReadUInt32LittleEndian(value)) : null;
    }

    public override string ToString() => $"== 0x{Value:x}";

    protected override void WriteData(NetlinkWriter writer)
    {
        using var data = writer.Nested(NFTA_EXPR_DATA);
        writer.UInt32BigEndian(NFTA_CMP_SREG, NFT_REG_1);
        writer.UInt32BigEndian(NFTA_CMP_OP, NFT_CMP_EQ);
        using var operand = writer.Nested(NFTA_CMP_DATA);
        writer.UInt32BigEndian(NFTA_DATA_VALUE, BinaryPrimitives.ReverseEndianness(Value));
    }
}
