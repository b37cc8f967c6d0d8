using System.Globalization;
using System.Text;
using System.Text.Json;
using Nfqlb.Daemon.Settings;

namespace Nfqlb.Daemon.Logging;

/// <summary>An event as a line of text or of JSON.</summary>
internal static class LogLine
{
    /// <summary>The line, without its end.</summary>
    public static string Of(
        LogFormat format, DateTimeOffset time, Severity severity, string what, ReadOnlySpan<LogField> fields) =>
        format == LogFormat.Json
            ? Json(time, severity, what, fields)
            : $"{Stamp(time)} {NameOf(severity)} {Text(what, fields)}";

    /// <summary>What happened alone: `EVENT KEY=VALUE ...`.</summary>
    public static string Text(string what, ReadOnlySpan<LogField> fields)
    {
        var line = new StringBuilder(what);
        foreach (var field in fields)
        {
            string value = PlainText.Visible(field.Value);
            bool isPlain = value.Length > 0 && value.AsSpan().IndexOfAny(" \"=") < 0;
            line.Append(' ').Append(field.Key).Append('=')
                .Append(isPlain ? value : $"\"{value.Replace("\"", "\\\"")}\"");
        }
        return line.ToString();
    }

    private static string Json(
        DateTimeOffset time, Severity severity, string what, ReadOnlySpan<LogField> fields)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            json.WriteString("time", Stamp(time));
            json.WriteString("severity", NameOf(severity));
            json.WriteString("event", what);
            foreach (var field in fields)
            {
                json.WriteString(field.Key, field.Value);
            }
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(bytes.ToArray());
    }

    private static string Stamp(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private static string NameOf(Severity severity) => severity switch
    {
        Severity.Error => "error",
        Severity.Warning => "warning",
        Severity.Notice => "notice",
        Severity.Info => "info",
        _ => "debug",
    };
}
