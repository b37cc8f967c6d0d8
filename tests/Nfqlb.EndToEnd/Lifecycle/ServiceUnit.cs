using System.Text.RegularExpressions;
using Nfqlb.EndToEnd.Lab;

namespace Nfqlb.EndToEnd.Lifecycle;

/// <summary>The units, as far as the test stands in for systemd.</summary>
internal static class ServiceUnit
{
    /// <summary>What a key says, a script for sh each, with the executable and files of a test.</summary>
    public static string[] Scripts(string key, string nfqlb, string file)
    {
        string unit = File.ReadAllText(
            Path.Combine(Executables.RepositoryRoot, "packaging", "systemd", file)).Replace("\\\n", " ");
        return
        [
            .. Regex.Matches(unit, $"^{key}=-?(/bin/sh -c '(?<script>[^']*)'|(?<script>.*))$", RegexOptions.Multiline)
                .Select(match => match.Groups["script"].Value.Replace("$$", "$")
                    .Replace("/usr/local/bin/nfqlb", nfqlb).Replace("/var/lib/nfqlb", "/dev/shm/state")
                    .Replace("/etc/nfqlb/nfqlb.yaml", "/dev/shm/wanted.yaml")),
        ];
    }
}
