using System.Runtime.InteropServices;
using Nfqlb.ControlPlane.Follow;
using Nfqlb.Tracing;

namespace Nfqlb.Daemon.Logging;

/// <summary>Notices of the control plane as lines of the log.</summary>
internal static class NoticeLog
{
    private const int MostDone = 20;

    /// <summary>Tells one.</summary>
    public static void Tell(this EventLog log, FollowNotice notice)
    {
        var fields = new List<LogField>(2);
        if (notice.Object is { } subject)
        {
            fields.Add(new LogField("object", subject));
        }
        if (notice.Reason is { } reason)
        {
            fields.Add(new LogField("reason", reason));
        }
        log.Write(
            notice.IsWarning ? Severity.Warning : Severity.Notice, TraceAreas.None, notice.What,
            CollectionsMarshal.AsSpan(fields), Details(notice));
    }

    private static LogField[] Details(FollowNotice notice)
    {
        var details = new List<LogField>(2);
        if (notice.By is { } by)
        {
            details.Add(new LogField("by", by));
        }
        if (notice.Done.Count > 0)
        {
            string more = notice.Done.Count > MostDone ? $"\nand {notice.Done.Count - MostDone} more" : "";
            details.Add(new LogField("done", string.Join('\n', notice.Done.Take(MostDone)) + more));
        }
        return [.. details];
    }
}
