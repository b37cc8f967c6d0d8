using Nfqlb.Tracing;

namespace Nfqlb.Cli.Control;

/// <summary>What a client gets.</summary>
/// <param name="Parts">Text, in parts.</param>
/// <param name="Watch">Packets instead of text, as they come; null for none.</param>
internal sealed record ControlAnswer(IEnumerable<string> Parts, PacketWatch? Watch = null);
