namespace Nfqlb.Checks;

/// <summary>What one check has found.</summary>
/// <param name="Outcome">In a word.</param>
/// <param name="Latency">From its first packet to its end.</param>
/// <param name="Reason">Why it is not <see cref="CheckOutcome.Passed"/>, in a line; empty where it is.</param>
public readonly record struct CheckResult(CheckOutcome Outcome, TimeSpan Latency, string Reason = "");
