using System.Text.Json;
using Nfqlb.Planning.Objects;

namespace Nfqlb.Planning.Explain;

/// <summary>Whether this host forwards at all.</summary>
/// <param name="Setting">The one that decides.</param>
/// <param name="Switch">The one that turns it on.</param>
/// <param name="IsOn">It does.</param>
public sealed record ForwardingStation(string Setting, string Switch, bool IsOn) : Station
{
    /// <inheritdoc/>
    public override string Name => "forwarding";

    /// <inheritdoc/>
    public override IEnumerable<string> Lines => [$"{(IsOn ? "on" : "off")}, {Setting}"];

    /// <inheritdoc/>
    public override string? End => IsOn ? null : "this host does not forward: it is dropped";

    /// <inheritdoc/>
    public override string? Remedy => IsOn ? null : $"sysctl -w {Switch}=1";

    /// <summary>IPv4 has a setting for each link, and IPv6 one for all (ip_route_input_slow, ip6_forward).</summary>
    /// <param name="isIpv4">The packet's family.</param>
    /// <param name="incoming">The link it comes by; null when that is not known.</param>
    /// <param name="sysctls">The settings.</param>
    public static ForwardingStation Of(bool isIpv4, string? incoming, SysctlValues sysctls)
    {
        var names = SettingsOf(isIpv4, incoming);
        var (everywhere, setting) = (names[0], names[^1]);

        // Where all links are said to forward already, to say so again changes nothing.
        bool isEverywhere = sysctls.Read(everywhere) is not (null or "0");
        bool isOn = sysctls.Read(setting) is not (null or "0");
        return new ForwardingStation(setting, isEverywhere ? setting : everywhere, isOn);
    }

    /// <summary>The names of the settings that it is about: that for all links, and the one that decides.</summary>
    public static IReadOnlyList<string> SettingsOf(bool isIpv4, string? incoming)
    {
        string everywhere = isIpv4 ? "net.ipv4.ip_forward" : "net.ipv6.conf.all.forwarding";
        return isIpv4 && incoming is not null ? [everywhere, $"net/ipv4/conf/{incoming}/forwarding"] : [everywhere];
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter json)
    {
        json.WriteString("setting", Setting);
        json.WriteBoolean("on", IsOn);
    }
}
