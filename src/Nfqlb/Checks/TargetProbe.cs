using Nfqlb.Packets;

namespace Nfqlb.Checks;

/// <summary>All that one check does: equal ones need not be done twice.</summary>
/// <param name="Question">What is asked.</param>
/// <param name="Address">Who is asked: a virtual address, or the target's own.</param>
/// <param name="Mark">Leads its packets to the target, as it leads those of clients.</param>
/// <param name="Timeout">Until the whole answer must be there.</param>
public sealed record TargetProbe(CheckQuestion Question, Address Address, FirewallMark Mark, TimeSpan Timeout);
