using static Nfqlb.Linux.Netlink.Nftables.UapiNftables;

namespace Nfqlb.Linux.Netlink.Nftables.Expressions;

/// <summary>Goes on only when the byte loaded is this one.</summary>
internal sealed record Compare(byte Value) : NftExpression
{
    public const string KernelName = "cmp";

    public override string Name => KernelName;

    public static Compare? ReadData(NetlinkAttributes data)
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
                    value = ReadValue(data.Nested);
                    break;
            }
        }

        bool isOurs = register == NFT_REG_1 && operation == NFT_CMP_EQ && value.Length == 1;
        return isOurs ? new Compare(value[0]) : null;
    }

    public override string ToString() => $"== {Value}";

    protected override void WriteData(NetlinkWriter writer)
    {
        using var data = writer.Nested(NFTA_EXPR_DATA);
        writer.UInt32BigEndian(NFTA_CMP_SREG, NFT_REG_1);
        writer.UInt32BigEndian(NFTA_CMP_OP, NFT_CMP_EQ);
        using var operand = writer.Nested(NFTA_CMP_DATA);
        writer.UInt8(NFTA_DATA_VALUE, Value);
    }

    internal static byte[] ReadValue(NetlinkAttributes operand)
    {
        while (operand.Next())
        {
            if (operand.Type == NFTA_DATA_VALUE)
            {
                return operand.Bytes.ToArray();
            }
        }

        return [];
    }
}
