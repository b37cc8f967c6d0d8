namespace Nfqlb.Daemon.Settings;

/// <summary>How log lines are written.</summary>
public enum LogFormat
{
    /// <summary>`TIME SEVERITY EVENT KEY=VALUE ...`, for people.</summary>
    Text,

    /// <summary>A JSON object a line, for programs.</summary>
    Json,
}
