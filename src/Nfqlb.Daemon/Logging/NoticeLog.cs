using System.Runtime.InteropServices;
using Nfqlb.ControlPlane.Follow;

namespace Nfqlb.Daemon.Logging;

/// <summary>Notices of the control plane as lines of the log.</summary>
internal static class NoticeLog
{
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
            notice.IsWarning ? Severity.Warning : Severity.Notice, notice.What, CollectionsMarshal.AsSpan(fields));
    }
}
