namespace Nfqlb.Linux.Tests.Support;

/// <summary>A test with a tun device in a network namespace; skipped, with the reason, where there can be none.
/// </summary>
internal sealed class TunFactAttribute : FactAttribute
{
    private static readonly Lazy<string?> Reason = new(Probe);

    public TunFactAttribute() => Skip = Reason.Value;

    private static string? Probe()
    {
        if (!Environment.IsPrivilegedProcess)
        {
            return "needs root";
        }

        try
        {
            NetworkNamespace.Run(() => NetworkNamespace.Shell("ip tuntap add mode tun name probe"));
            return null;
        }
        catch (Exception error)
        {
            return $"no tun devices here: {error.Message}";
        }
    }
}
