using System.Net.Sockets;
using Nfqlb.Linux;

namespace Nfqlb.Control;

/// <summary>Whose balancer is believed.</summary>
/// <remarks>An abstract socket has no permissions: whoever is in the network namespace can connect, or take the name
/// while no balancer has it. Over TCP nobody has a name, so there the address alone decides.</remarks>
/// <param name="User">Beside root and the user of this process; null for nobody.</param>
/// <param name="Variable">By what people name that user, for messages.</param>
public sealed record ControlTrust(LocalUser? User, string Variable)
{
    /// <summary>Whether a client may change something, or watch packets: root and the balancer's own user may.
    /// </summary>
    public static bool MayChange(Socket client) =>
        client.AddressFamily != AddressFamily.Unix || LocalUser.AtOtherEndOf(client).IsTrusted;

    /// <summary>Looks at who listens at the other end, before anything is sent.</summary>
    /// <param name="connection">Of a unix socket. The kernel noted its user at listen(2).</param>
    /// <returns>Why nothing may be asked there; null when it is trusted.</returns>
    public string? ComplaintAbout(Socket connection)
    {
        var user = LocalUser.AtOtherEndOf(connection);
        return user.IsTrusted || user == User
            ? null
            : $"it belongs to user {user}, not to root or the user of this command. If the balancer runs as that user, "
                + $"set {Variable}={user}";
    }
}
