using Nfqlb.Checks;

namespace Nfqlb.Linux.Probes;

/// <summary>A check is over.</summary>
/// <param name="Key">Which one.</param>
/// <param name="Result">What came of it.</param>
public readonly record struct ProbeAnswer(int Key, CheckResult Result);
