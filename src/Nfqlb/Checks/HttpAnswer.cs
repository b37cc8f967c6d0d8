using System.Text;

namespace Nfqlb.Checks;

/// <summary>Judges what comes back for a check's GET, as it comes.</summary>
public static class HttpAnswer
{
    /// <summary>More of an answer is not looked at.</summary>
    public const int MostBytes = 1 << 16;

    private const string NoAnswer = "no HTTP answer";

    private static readonly byte[] LineEnd = "\r\n"u8.ToArray();
    private static readonly byte[] HeadEnd = "\r\n\r\n"u8.ToArray();

    /// <summary>Judges as soon as there is enough to judge by.</summary>
    /// <param name="received">All that has come so far.</param>
    /// <param name="isEnd">No more will come.</param>
    /// <param name="question">What was asked.</param>
    /// <param name="reason">What is wrong; empty where it is as it should be.</param>
    /// <returns>False where more is needed.</returns>
    public static bool TryJudge(ReadOnlySpan<byte> received, bool isEnd, CheckQuestion question, out string reason)
    {
        isEnd |= received.Length >= MostBytes;
        int line = received.IndexOf(LineEnd);
        if (line < 0)
        {
            reason = NoAnswer;
            return isEnd;
        }
        if (!TryParseStatus(received[..line], out int status))
        {
            reason = NoAnswer;
            return true;
        }
        reason = question.Statuses.Contains(status) ? "" : $"status {status}";
        return reason.Length > 0 || question.Body.Length == 0
            || TryFind(received, isEnd, Encoding.UTF8.GetBytes(question.Body), out reason);
    }

    /// <summary>`HTTP/1.1 200 OK`.</summary>
    private static bool TryParseStatus(ReadOnlySpan<byte> line, out int status)
    {
        const int digits = 3;
        int blank = line.IndexOf((byte)' ');
        status = 0;
        if (!line.StartsWith("HTTP/1."u8) || blank < 0 || line.Length < blank + 1 + digits)
        {
            return false;
        }
        string code = Encoding.ASCII.GetString(line.Slice(blank + 1, digits));
        bool isNumber = WholeNumber.TryParse(code, 999, out uint number);
        status = (int)number;
        return isNumber;
    }

    private static bool TryFind(ReadOnlySpan<byte> received, bool isEnd, ReadOnlySpan<byte> wanted, out string reason)
    {
        reason = "the body is not the right one";
        int head = received.IndexOf(HeadEnd);
        if (head < 0)
        {
            return isEnd;
        }
        var body = received[(head + HeadEnd.Length)..];
        string fields = Encoding.Latin1.GetString(received[..head]);
        if (FieldOf(fields, "Transfer-Encoding")?.Contains("chunked", StringComparison.OrdinalIgnoreCase) == true)
        {
            body = WithoutChunks(body, ref isEnd);
        }
        else if (WholeNumber.TryParse(FieldOf(fields, "Content-Length"), uint.MaxValue, out uint length))
        {
            isEnd |= body.Length >= length;
        }
        bool isFound = body.IndexOf(wanted) >= 0;
        reason = isFound ? "" : reason;
        return isFound || isEnd;
    }

    private static string? FieldOf(string head, string name)
    {
        foreach (string line in head.Split("\r\n"))
        {
            int colon = line.IndexOf(':');
            if (colon == name.Length && line.StartsWith(name, StringComparison.OrdinalIgnoreCase))
            {
                return line[(colon + 1)..].Trim();
            }
        }
        return null;
    }

    /// <summary>The chunks that are there, joined (RFC 9112 §7.1).</summary>
    private static byte[] WithoutChunks(ReadOnlySpan<byte> body, ref bool isEnd)
    {
        var joined = new List<byte>(body.Length);
        for (int line; (line = body.IndexOf(LineEnd)) >= 0;)
        {
            string size = Encoding.ASCII.GetString(body[..line]).Split(';')[0].Trim();
            if (!uint.TryParse(size, System.Globalization.NumberStyles.AllowHexSpecifier, null, out uint length)
                || length == 0)
            {
                isEnd = true;
                break;
            }
            body = body[(line + LineEnd.Length)..];
            int there = (int)Math.Min(length, (uint)body.Length);
            joined.AddRange(body[..there]);
            body = body[Math.Min(there + LineEnd.Length, body.Length)..];
        }
        return [.. joined];
    }
}
