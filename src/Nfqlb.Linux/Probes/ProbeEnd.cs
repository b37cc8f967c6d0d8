using Nfqlb.Checks;

namespace Nfqlb.Linux.Probes;

/// <summary>How a check ended.</summary>
/// <param name="Outcome">In a word.</param>
/// <param name="Reason">Why it has not passed; empty where it has.</param>
internal readonly record struct ProbeEnd(CheckOutcome Outcome, string Reason);
