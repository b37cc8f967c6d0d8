namespace Nfqlb.Cli.Logging;

/// <summary>How log lines are written.</summary>
internal enum LogFormat
{
    /// <summary>`TIME SEVERITY EVENT KEY=VALUE ...`, for people.</summary>
    Text,

    /// <summary>A JSON object a line, for programs.</summary>
    Json,
}
