using System.Text.RegularExpressions;

namespace Nfqlb.EndToEnd.Lab;

/// <summary>How much of a process is in memory.</summary>
internal static class ResidentMemory
{
    public static int OfKilobytes(BackgroundProcess process)
    {
        string status = File.ReadAllText($"/proc/{process.Id}/status");
        return int.Parse(Regex.Match(status, @"^VmRSS:\s+(\d+) kB$", RegexOptions.Multiline).Groups[1].Value);
    }
}
