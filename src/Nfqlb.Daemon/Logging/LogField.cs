namespace Nfqlb.Daemon.Logging;

/// <summary>A detail of an event.</summary>
/// <param name="Key">What it is; a word.</param>
/// <param name="Value">Any text.</param>
internal readonly record struct LogField(string Key, string Value);
