namespace Nfqlb.Linux.Tests.Interop;

/// <summary>As <see cref="GccFactAttribute"/>, once for each row of data.</summary>
internal sealed class GccTheoryAttribute : TheoryAttribute
{
    public GccTheoryAttribute() => Skip = GccFactAttribute.Reason;
}
