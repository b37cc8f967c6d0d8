namespace Nfqlb.Linux.Netlink;

/// <summary>Makes a value of a received message; null when the message is none of its business.</summary>
/// <exception cref="NetlinkException">The message is malformed: EBADMSG.</exception>
internal delegate T? NetlinkDecoder<out T>(NetlinkMessage message)
    where T : class;
