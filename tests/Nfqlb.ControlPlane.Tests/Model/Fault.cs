using Nfqlb.Linux.Netlink;

namespace Nfqlb.ControlPlane.Tests.Model;

/// <summary>Has one change refused: the n-th that anything is asked for.</summary>
internal sealed class Fault
{
    private const int EINVAL = 22;

    /// <summary>Changes that were asked for so far.</summary>
    public int Changes { get; private set; }

    /// <summary>Which is refused, from 1; 0 for none.</summary>
    public int At { get; set; }

    /// <summary>What this one is refused with; null to carry it out.</summary>
    public NetlinkException? Next() => ++Changes == At ? new NetlinkException(EINVAL, $"change {Changes}") : null;

    /// <summary>Throws where this one is refused.</summary>
    public void ThrowOnNext()
    {
        if (Next() is { } refusal)
        {
            throw refusal;
        }
    }
}
