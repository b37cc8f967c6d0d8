using System.Text;
using Nfqlb.Packets;

namespace Nfqlb.Tracing;

/// <summary>Packets and what became of them, in words.</summary>
public static class DecisionText
{
    /// <summary>`flow=f target=lb-1 slot=0 mark=5 hash=0x0a1b2c3d`, and what there is else to say.</summary>
    public static string Of(in Decision decision)
    {
        var text = new StringBuilder();
        if (decision.Unparsable != Unparsable.None)
        {
            text.Append($"unparsable={decision.Unparsable}");
        }
        else if (decision.Packet.Part != FragmentPart.Whole)
        {
            text.Append(decision.Packet.Part == FragmentPart.First ? "fragment=first" : "fragment=later");
        }
        if (decision.TraceFlow is { } traceFlow)
        {
            Append(text, $"trace-flow={traceFlow.Flow.Name}");
        }
        if (decision.IsForOtherBalancer)
        {
            Append(text, "other-balancer");
        }
        else if (decision.Flow is { } flow)
        {
            Append(text, $"flow={flow.Flow.Name} target={flow.Flow.Target}");
            Append(text, decision.Slot is { } slot ? $"slot={slot}{(decision.IsKept ? " kept" : "")}" : "slot=none");
        }
        else if (decision.Unparsable == Unparsable.None && decision.Packet.Part != FragmentPart.Later)
        {
            Append(text, "flow=none");
        }
        Append(text, decision.Verdict.IsAccept ? $"mark={decision.Verdict.Mark}" : "dropped");
        if (decision.Flow is not null)
        {
            Append(text, $"hash=0x{decision.Hash:x8}");
        }
        return text.ToString();
    }

    /// <summary>`tcp 10.0.0.1:1234 -> 20.0.0.1:80 len=60`, as flows see it: of an ICMP error the packet inside.
    /// </summary>
    public static string Of(in TracedPacket packet)
    {
        var decision = packet.Decision;
        if (decision.Unparsable != Unparsable.None)
        {
            return $"len={packet.OriginalLength}";
        }
        var key = decision.Packet.Key;
        bool hasPorts = Packet.HasPorts(key.Protocol) && decision.Packet.Part != FragmentPart.Later;
        string source = End(key.Source, key.SourcePort, hasPorts);
        string destination = End(key.Destination, key.DestinationPort, hasPorts);
        string kind = decision.Packet.Kind switch
        {
            PacketKind.IcmpError => "icmp-error ",
            PacketKind.EchoRequest => $"echo-id={key.EchoId} ",
            _ => "",
        };
        return $"{NameOf(key.Protocol)} {source} -> {destination} {kind}len={packet.OriginalLength}";
    }

    private static void Append(StringBuilder text, string part) =>
        text.Append(text.Length == 0 ? "" : " ").Append(part);

    private static string End(Address address, ushort port, bool hasPort) => (hasPort, address.IsIpv4) switch
    {
        (false, _) => address.ToPlainString(),
        (_, true) => $"{address.ToPlainString()}:{port}",
        _ => $"[{address.ToPlainString()}]:{port}",
    };

    private static string NameOf(IpProtocol protocol) => protocol switch
    {
        IpProtocol.Tcp => "tcp",
        IpProtocol.Udp => "udp",
        IpProtocol.Sctp => "sctp",
        IpProtocol.Icmp => "icmp",
        IpProtocol.Icmpv6 => "icmpv6",
        _ => $"proto-{(int)protocol}",
    };
}
