namespace Nfqlb.Linux.Bpf;

/// <summary>A program of somebody else's at a link.</summary>
/// <param name="Id">The kernel's number of it.</param>
/// <param name="TcxLink">That of the tcx link by which it is attached; 0 for none.</param>
public sealed record OtherProgram(uint Id, uint TcxLink);
