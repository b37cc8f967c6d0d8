namespace Nfqlb.Drain;

/// <summary>A pool whose connections stay where they are, by its name.</summary>
/// <param name="Name">The name by which another balancer knows it.</param>
/// <param name="Number">By which its connections are told from those of others.</param>
/// <param name="Table">By which its packets are balanced.</param>
public readonly record struct DrainingPool(string Name, int Number, DrainingTable Table);
