namespace Nfqlb.Daemon.Metrics;

/// <summary>Tells samples of one family apart.</summary>
/// <param name="Name">A word.</param>
/// <param name="Value">Any text; escaped where it is written.</param>
internal sealed record Label(string Name, string Value);
