using System.Globalization;
using Nfqlb.Cli.CommandLine;
using Nfqlb.Control;
using Nfqlb.Linux;

namespace Nfqlb.Cli.Control;

/// <summary>The control socket that the environment names.</summary>
internal static class ControlSocket
{
    private const string AddressVariable = "NFQLB_FLOW_ADDRESS";
    private const string UserVariable = "NFQLB_FLOW_USER";
    private const string DefaultAddress = "unix:nfqlb";

    /// <summary>As it stands in the environment.</summary>
    public static string Text => Environment.GetEnvironmentVariable(AddressVariable) ?? DefaultAddress;

    /// <summary>Where the balancer listens.</summary>
    /// <exception cref="UsageException">NFQLB_FLOW_ADDRESS is no address.</exception>
    public static ControlAddress Address => AddressOf(Text, AddressVariable);

    /// <summary>Whose balancer is believed.</summary>
    /// <exception cref="UsageException">NFQLB_FLOW_USER is no user's number.</exception>
    public static ControlTrust Trust =>
        new(UserOf(Environment.GetEnvironmentVariable(UserVariable)), UserVariable);

    /// <summary>Asks the balancer that listens there.</summary>
    /// <exception cref="UsageException">The environment makes no sense.</exception>
    public static ControlClient Client => new(Address, Trust);

    /// <summary>An address, of an option or variable.</summary>
    /// <exception cref="UsageException">It is none.</exception>
    public static ControlAddress AddressOf(string text, string name) =>
        ControlAddress.TryParse(text, out var address)
            ? address
            : throw UsageException.BadValue(name, text, ControlAddress.Form);

    /// <summary>Asks for a change and prints the answer.</summary>
    /// <returns>The exit code: fine when the answer is OK.</returns>
    public static int Change(ControlRequest request)
    {
        string answer = Client.Change(request);
        if (answer.Length > 0)
        {
            Output.Answer.WriteLine(answer);
        }
        return ControlClient.IsDone(answer) ? ExitCode.Fine : ExitCode.Refused;
    }

    private static LocalUser? UserOf(string? text) =>
        text is null or "" ? null
        : uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out uint id) ? new LocalUser(id)
        : throw UsageException.BadValue(UserVariable, text, "must be the number of a user");
}
