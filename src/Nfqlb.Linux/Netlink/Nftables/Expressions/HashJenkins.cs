using static Nfqlb.Linux.Netlink.Nftables.UapiNftables;

namespace Nfqlb.Linux.Netlink.Nftables.Expressions;

/// <summary>`jhash … mod N`: turns bytes that were loaded into a number below N, in register 1.</summary>
/// <remarks>Without a seed of ours the kernel draws one for each rule, which nobody can guess. A kernel without
/// CONFIG_NFT_HASH does not know it.</remarks>
/// <param name="Length">Bytes, from register <see cref="Source"/> on.</param>
/// <param name="Modulus">N.</param>
internal sealed record HashJenkins(uint Length, uint Modulus) : NftExpression
{
    public const string KernelName = "hash";

    /// <summary>The register where the bytes begin.</summary>
    public const uint Source = NFT_REG_2;

    public override string Name => KernelName;

    public static HashJenkins? ReadData(NetlinkAttributes data)
    {
        uint source = 0, result = 0, length = 0, modulus = 0, offset = 0, type = 0;
        while (data.Next())
        {
            switch (data.Type)
            {
                case NFTA_HASH_SREG:
                    source = data.UInt32BigEndian;
                    break;
                case NFTA_HASH_DREG:
                    result = data.UInt32BigEndian;
                    break;
                case NFTA_HASH_LEN:
                    length = data.UInt32BigEndian;
                    break;
                case NFTA_HASH_MODULUS:
                    modulus = data.UInt32BigEndian;
                    break;
                case NFTA_HASH_OFFSET:
                    offset = data.UInt32BigEndian;
                    break;
                case NFTA_HASH_TYPE:
                    type = data.UInt32BigEndian;
                    break;
                case NFTA_HASH_SEED: // one that somebody chose
                    return null;
            }
        }

        bool isOurs = (source, result, offset, type) == (Source, NFT_REG_1, 0, NFT_HASH_JENKINS);
        return isOurs ? new HashJenkins(length, modulus) : null;
    }

    public override string ToString() => $"jhash mod {Modulus}";

    protected override void WriteData(NetlinkWriter writer)
    {
        using var data = writer.Nested(NFTA_EXPR_DATA);
        writer.UInt32BigEndian(NFTA_HASH_SREG, Source);
        writer.UInt32BigEndian(NFTA_HASH_DREG, NFT_REG_1);
        writer.UInt32BigEndian(NFTA_HASH_LEN, Length);
        writer.UInt32BigEndian(NFTA_HASH_MODULUS, Modulus);
        writer.UInt32BigEndian(NFTA_HASH_TYPE, NFT_HASH_JENKINS);
    }
}
