using Nfqlb.Fragments;

namespace Nfqlb.Tests.Fragments;

/// <summary>A way back on which everything is lost without notice.</summary>
internal sealed class TakesEverything : IReinjection
{
    public bool TryWrite(ReadOnlySpan<byte> packet) => true;
}
