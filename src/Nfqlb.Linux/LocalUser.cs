using System.Net.Sockets;
using System.Runtime.InteropServices;
using Nfqlb.Linux.Interop;

namespace Nfqlb.Linux;

/// <summary>A user of this machine.</summary>
/// <param name="Id">0 is root.</param>
public readonly record struct LocalUser(uint Id)
{
    // sys/socket.h; struct ucred is pid, uid, gid, 32 bits each.
    private const int SolSocket = 1;
    private const int SoPeerCred = 17;
    private const int UserIndex = 1;

    /// <summary>Whose rights this process has.</summary>
    public static LocalUser Current => new(LibC.geteuid());

    /// <summary>True for the user who may do everything.</summary>
    public bool IsRoot => Id == 0;

    /// <summary>True for root and for the user of this process, and for root's processes also for the user as whom the
    /// system runs its balancer (the owner of <c>/run/nfqlb</c>): what is theirs, nobody else has had a hand in.
    /// </summary>
    public bool IsTrusted => IsTrustedBy(Current, () => BalancerAccount.Current);

    /// <param name="current">Whose process asks.</param>
    /// <param name="account">As whom the system runs its balancer.</param>
    internal bool IsTrustedBy(LocalUser current, Func<LocalUser?> account) =>
        IsRoot || this == current || (current.IsRoot && this == account());

    /// <summary>Who connected an AF_UNIX socket. The kernel notes it at connect(2), so it cannot be forged.</summary>
    /// <exception cref="SocketException">Not such a socket.</exception>
    public static LocalUser AtOtherEndOf(Socket connection)
    {
        Span<uint> credentials = stackalloc uint[3];
        connection.GetRawSocketOption(SolSocket, SoPeerCred, MemoryMarshal.AsBytes(credentials));
        return new LocalUser(credentials[UserIndex]);
    }

    /// <summary>The number alone.</summary>
    public override string ToString() => Id.ToString();
}
