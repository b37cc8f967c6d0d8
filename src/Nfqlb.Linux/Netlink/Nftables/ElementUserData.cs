using System.Text;

namespace Nfqlb.Linux.Netlink.Nftables;

/// <summary>What nft keeps with an element for its own listings; the kernel only stores it.</summary>
/// <remarks>
/// A byte of type, a byte of length, the value, without padding. The types are nft's (libnftnl, udata.h): 0 is a
/// comment with a zero behind it; 1 is flags in 32 bits of host order, 1 of which says that the interval reaches to the
/// last address.
/// </remarks>
internal static class ElementUserData
{
    private const byte Comment = 0;
    private const byte Flags = 1;
    private const int HeaderBytes = 2;

    private static ReadOnlySpan<byte> OpenFlag => [1, 0, 0, 0];

    /// <summary>Writes what nft would; empty when there is nothing to say.</summary>
    /// <param name="comment">At most 253 bytes of ASCII.</param>
    /// <param name="isOpen">The interval reaches to the last address.</param>
    public static byte[] Format(string comment, bool isOpen)
    {
        byte[] text = comment.Length == 0
            ? []
            : [Comment, (byte)(comment.Length + 1), .. Encoding.ASCII.GetBytes(comment), 0];
        byte[] flags = isOpen ? [Flags, (byte)OpenFlag.Length, .. OpenFlag] : [];
        return [.. text, .. flags];
    }

    /// <summary>The comment; empty when there is none.</summary>
    public static string ReadComment(ReadOnlySpan<byte> userData)
    {
        while (userData.Length >= HeaderBytes && userData.Length - HeaderBytes >= userData[1])
        {
            var value = userData.Slice(HeaderBytes, userData[1]);
            if (userData[0] == Comment)
            {
                return Encoding.UTF8.GetString(value.TrimEnd((byte)0));
            }

            userData = userData[(HeaderBytes + value.Length)..];
        }

        return "";
    }
}
