using System.Globalization;
using System.Text;
using System.Text.Json;
using Nfqlb.Daemon.Settings;

namespace Nfqlb.Daemon.Logging;

/// <summary>An event as a line of text or of JSON.</summary>
internal static class LogLine
{
    private const int LongestKept = 1000;

    /// <summary>The line, without its end.</summary>
    public static string Of(
        LogFormat format, DateTimeOffset time, Severity severity, string what, ReadOnlySpan<LogField> fields) =>
        format == LogFormat.Json
            ? Json(id: null, time, severity, what, fields)
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

    /// <summary>The line of an event that is kept, as JSON; long values are cut.</summary>
    public static string Kept(long id, DateTimeOffset time, Severity severity, string what, LogField[] fields)
    {
        for (int i = 0; i < fields.Length; i++)
        {
            string value = fields[i].Value;
            if (value.Length > LongestKept)
            {
                int end = char.IsHighSurrogate(value[LongestKept - 1]) ? LongestKept - 1 : LongestKept;
                fields[i] = fields[i] with { Value = value[..end] + '~' };
            }
        }
        return Json(id, time, severity, what, fields);
    }

    private static string Json(
        long? id, DateTimeOffset time, Severity severity, string what, ReadOnlySpan<LogField> fields)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            if (id is { } number)
            {
                json.WriteNumber("id", number);
            }
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
