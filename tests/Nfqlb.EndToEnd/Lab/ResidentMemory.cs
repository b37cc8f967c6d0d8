using System.Text.RegularExpressions;

namespace Nfqlb.EndToEnd.Lab;

/// <summary>How much of a process is in memory.</summary>
internal static class ResidentMemory
{
    public static int OfKilobytes(BackgroundProcess process) => Read(process, "VmRSS");

    /// <summary>Of no file and not shared: the collected heap, other heaps and stacks.</summary>
    public static int AnonymousOfKilobytes(BackgroundProcess process) => Read(process, "RssAnon");

    private static int Read(BackgroundProcess process, string name)
    {
        string status = File.ReadAllText($"/proc/{process.Id}/status");
        return int.Parse(Regex.Match(status, $@"^{name}:\s+(\d+) kB$", RegexOptions.Multiline).Groups[1].Value);
    }
}
