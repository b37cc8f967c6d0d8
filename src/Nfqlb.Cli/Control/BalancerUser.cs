using System.Globalization;
using System.Net.Sockets;
using Nfqlb.Cli.CommandLine;
using Nfqlb.Linux;

namespace Nfqlb.Cli.Control;

/// <summary>Whose balancer the commands ask. Anybody in the network namespace can take the name of an abstract socket
/// while no balancer runs, and would be believed whatever he answers.</summary>
internal static class BalancerUser
{
    private const string Variable = "NFQLB_FLOW_USER";

    /// <summary>Looks at who listens at the other end, before anything is sent.</summary>
    /// <param name="connection">Of a unix socket. The kernel noted its user at listen(2).</param>
    /// <returns>Why nothing may be asked there; null for root's balancer, one of this command's user, and one of the
    /// user that NFQLB_FLOW_USER names.</returns>
    /// <exception cref="UsageException">NFQLB_FLOW_USER is no user's number.</exception>
    public static string? Mistrust(Socket connection)
    {
        var named = Named(Environment.GetEnvironmentVariable(Variable));
        var user = LocalUser.AtOtherEndOf(connection);
        return user.IsTrusted || user == named
            ? null
            : $"it belongs to user {user}, not to root or the user of this command. If the balancer runs as that user, "
                + $"set {Variable}={user}";
    }

    private static LocalUser? Named(string? text) =>
        text is null or "" ? null
        : uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out uint id) ? new LocalUser(id)
        : throw UsageException.BadValue(Variable, text, "must be the number of a user");
}
