namespace Nfqlb.Packets;

/// <summary>One end of a connection.</summary>
/// <param name="Address">Of either family.</param>
/// <param name="Port">Host order.</param>
public sealed record Endpoint(Address Address, ushort Port)
{
    /// <summary>As it is typed: `10.0.0.1:80` or `[2001:db8::1]:80`.</summary>
    public override string ToString() =>
        Address.IsIpv4 ? $"{Address.ToPlainString()}:{Port}" : $"[{Address}]:{Port}";
}
