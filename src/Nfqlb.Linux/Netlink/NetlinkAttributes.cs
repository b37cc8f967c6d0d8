using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using static Nfqlb.Linux.Netlink.Uapi.UapiNetlink;

namespace Nfqlb.Linux.Netlink;

/// <summary>A cursor over the attributes of a received message; copies nothing and never reads past its end.</summary>
/// <remarks>
/// <c>while (attributes.Next()) switch (attributes.Type) …</c>. The accessors read the attribute the cursor stands on;
/// one that is shorter than its type, or longer than what is left, is an EBADMSG.
/// </remarks>
internal ref struct NetlinkAttributes
{
    private ReadOnlySpan<byte> _rest;

    public NetlinkAttributes(ReadOnlySpan<byte> bytes) => _rest = bytes;

    /// <summary>What the attribute is, without the NLA_F_ bits.</summary>
    public ushort Type { get; private set; }

    /// <summary>Its content, without padding.</summary>
    public ReadOnlySpan<byte> Bytes { get; private set; }

    public readonly byte UInt8 => Fixed<byte>();

    /// <summary>Host order, as the others without a suffix.</summary>
    public readonly ushort UInt16 => Fixed<ushort>();

    public readonly uint UInt32 => Fixed<uint>();

    public readonly ushort UInt16BigEndian => BinaryPrimitives.ReadUInt16BigEndian(First(2));

    public readonly uint UInt32BigEndian => BinaryPrimitives.ReadUInt32BigEndian(First(4));

    public readonly ulong UInt64BigEndian => BinaryPrimitives.ReadUInt64BigEndian(First(8));

    /// <summary>UTF-8 text up to the first zero, or to the end.</summary>
    public readonly string Text
    {
        get
        {
            int zero = Bytes.IndexOf((byte)0);
            return Encoding.UTF8.GetString(zero < 0 ? Bytes : Bytes[..zero]);
        }
    }

    /// <summary>The attributes inside this one.</summary>
    public readonly NetlinkAttributes Nested => new(Bytes);

    /// <summary>Goes to the next attribute; false behind the last.</summary>
    /// <exception cref="NetlinkException">Its length is not possible: EBADMSG.</exception>
    public bool Next()
    {
        if (_rest.IsEmpty)
        {
            return false;
        }

        if (!MemoryMarshal.TryRead(_rest, out nlattr header)
            || header.nla_len < Unsafe.SizeOf<nlattr>()
            || header.nla_len > _rest.Length)
        {
            throw NetlinkException.Malformed($"an attribute of {header.nla_len} bytes in {_rest.Length}");
        }

        Type = (ushort)(header.nla_type & ~(NLA_F_NESTED | NLA_F_NET_BYTEORDER));
        Bytes = _rest[Unsafe.SizeOf<nlattr>()..header.nla_len];
        _rest = _rest[NetlinkMessage.Padded(header.nla_len, _rest.Length)..];
        return true;
    }

    /// <summary>The content as a struct of a kernel header; more may follow it.</summary>
    /// <exception cref="NetlinkException">The attribute is shorter: EBADMSG.</exception>
    public readonly T Fixed<T>()
        where T : unmanaged => MemoryMarshal.Read<T>(First(Unsafe.SizeOf<T>()));

    private readonly ReadOnlySpan<byte> First(int count) => Bytes.Length >= count
        ? Bytes[..count]
        : throw NetlinkException.Malformed($"attribute {Type} has {Bytes.Length} bytes, not {count}");
}
