using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using static Nfqlb.Linux.Netlink.Uapi.UapiNetlink;

namespace Nfqlb.Linux.Netlink;

/// <summary>Builds netlink messages, one behind the other, in a buffer that grows.</summary>
/// <remarks>
/// Everything written is padded to four bytes there and then, so whatever comes next begins aligned. A message or a
/// nested attribute is a scope: its length is patched in when the scope is disposed. Integers are in host order, as
/// most families have them; nf_tables wants the big-endian ones.
/// </remarks>
internal sealed class NetlinkWriter
{
    private byte[] _buffer = new byte[256];

    /// <summary>How much was written, bytes; a multiple of four.</summary>
    public int Length { get; private set; }

    /// <summary>All that was written. Valid until the next write.</summary>
    public Span<byte> Written => _buffer.AsSpan(0, Length);

    /// <summary>Begins a message: its header. What is written before the scope ends is its content.</summary>
    /// <remarks>Sequence number and port id are 0: <see cref="NetlinkSocket"/> numbers what it sends.</remarks>
    public Scope Message(ushort type, ushort flags)
    {
        int start = Length;
        Append(new nlmsghdr { nlmsg_type = type, nlmsg_flags = flags });
        return new Scope(this, start, isMessage: true);
    }

    /// <summary>Begins an attribute that consists of attributes, with NLA_F_NESTED set, as strict checking
    /// wants.</summary>
    public Scope Nested(ushort type) => Attribute((ushort)(type | NLA_F_NESTED));

    /// <summary>Begins an attribute of any content: written by <see cref="Append{T}"/>, or more attributes.</summary>
    public Scope Attribute(ushort type)
    {
        int start = Length;
        Append(new nlattr { nla_type = type });
        return new Scope(this, start, isMessage: false);
    }

    /// <summary>Appends a struct of a kernel header, such as the family's own header behind nlmsghdr.</summary>
    public void Append<T>(T header)
        where T : unmanaged => MemoryMarshal.Write(Extend(Unsafe.SizeOf<T>()), header);

    /// <summary>An attribute without content, which says something by being there.</summary>
    public void Flag(ushort type) => Value(type, 0);

    /// <summary>An attribute of one byte.</summary>
    public void UInt8(ushort type, byte value) => Value(type, sizeof(byte))[0] = value;

    /// <summary>An attribute of 16 bits in host order.</summary>
    public void UInt16(ushort type, ushort value) => MemoryMarshal.Write(Value(type, sizeof(ushort)), value);

    /// <summary>An attribute of 32 bits in host order.</summary>
    public void UInt32(ushort type, uint value) => MemoryMarshal.Write(Value(type, sizeof(uint)), value);

    /// <summary>An attribute of 16 bits in network order.</summary>
    public void UInt16BigEndian(ushort type, ushort value) =>
        BinaryPrimitives.WriteUInt16BigEndian(Value(type, sizeof(ushort)), value);

    /// <summary>An attribute of 32 bits in network order.</summary>
    public void UInt32BigEndian(ushort type, uint value) =>
        BinaryPrimitives.WriteUInt32BigEndian(Value(type, sizeof(uint)), value);

    /// <summary>An attribute of 64 bits in network order.</summary>
    public void UInt64BigEndian(ushort type, ulong value) =>
        BinaryPrimitives.WriteUInt64BigEndian(Value(type, sizeof(ulong)), value);

    /// <summary>An attribute of these bytes.</summary>
    public void Bytes(ushort type, ReadOnlySpan<byte> value) => value.CopyTo(Value(type, value.Length));

    /// <summary>An attribute of UTF-8 text and the zero behind it.</summary>
    public void Text(ushort type, ReadOnlySpan<char> value)
    {
        var bytes = Value(type, Encoding.UTF8.GetByteCount(value) + 1);
        Encoding.UTF8.GetBytes(value, bytes);
    }

    /// <summary>An attribute's header, and its content, all zero, to be filled by the caller at once.</summary>
    /// <exception cref="ArgumentException">The content does not fit into an attribute.</exception>
    public Span<byte> Value(ushort type, int lengthBytes)
    {
        int header = Unsafe.SizeOf<nlattr>();
        Append(new nlattr { nla_len = AttributeLength(header + lengthBytes), nla_type = type });
        return Extend(lengthBytes);
    }

    /// <summary>Forgets all that was written, and keeps the buffer.</summary>
    public void Clear() => Length = 0;

    private static ushort AttributeLength(int lengthBytes) => lengthBytes <= ushort.MaxValue
        ? (ushort)lengthBytes
        : throw new ArgumentException($"an attribute of {lengthBytes} bytes: at most {ushort.MaxValue} fit");

    /// <summary>Makes room for so many bytes, zero, with the padding behind them.</summary>
    private Span<byte> Extend(int lengthBytes)
    {
        int start = Length;
        Length = checked(start + lengthBytes + (-lengthBytes & (NLMSG_ALIGNTO - 1)));
        if (Length > _buffer.Length)
        {
            Array.Resize(ref _buffer, Math.Max(Length, 2 * _buffer.Length));
        }

        _buffer.AsSpan(start, Length - start).Clear();
        return _buffer.AsSpan(start, lengthBytes);
    }

    private void Close(int start, bool isMessage)
    {
        int lengthBytes = Length - start;
        if (isMessage)
        {
            MemoryMarshal.Write(_buffer.AsSpan(start), lengthBytes);
        }
        else
        {
            MemoryMarshal.Write(_buffer.AsSpan(start), AttributeLength(lengthBytes));
        }
    }

    /// <summary>A message or an attribute that is being written.</summary>
    internal readonly ref struct Scope
    {
        private readonly NetlinkWriter _writer;
        private readonly int _start;
        private readonly bool _isMessage;

        internal Scope(NetlinkWriter writer, int start, bool isMessage)
        {
            _writer = writer;
            _start = start;
            _isMessage = isMessage;
        }

        /// <summary>Its length so far with its header, bytes: an attribute holds at most 65,535.</summary>
        public int Length => _writer.Length - _start;

        /// <summary>Ends it: patches its length in.</summary>
        /// <exception cref="ArgumentException">An attribute grew over its limit.</exception>
        public void Dispose() => _writer.Close(_start, _isMessage);
    }
}
