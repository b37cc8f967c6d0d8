namespace Nfqlb.Linux.Bpf;

/// <summary>A program of somebody else's at a link.</summary>
/// <param name="Id">The kernel's number of it; 0 for none: one of classic BPF.</param>
/// <param name="TcxLink">That of the tcx link by which it is attached; 0 for none.</param>
/// <param name="Filter">The handle of its clsact filter; 0 for none.</param>
public sealed record OtherProgram(uint Id, uint TcxLink, uint Filter = 0);
