using System.Globalization;
using Nfqlb.Cli.CommandLine;

namespace Nfqlb.Cli.Health;

/// <summary>Shows again and again whether a balancer works: on a terminal always anew, elsewhere each time that
/// something else is wrong.</summary>
/// <param name="look">Looks.</param>
/// <param name="form">How it is shown where there is no terminal, or where this is not for people.</param>
/// <param name="interval">Between looks.</param>
internal sealed class StatusWatch(Func<HealthReport> look, string form, TimeSpan interval)
{
    /// <summary>Goes on until somebody has seen enough.</summary>
    public void Run()
    {
        using var watching = new Watching();
        if (form == Listing.Text && Terminal.IsThere)
        {
            Repaint(watching);
        }
        else
        {
            PrintChanges(watching);
        }
    }

    /// <summary>The lines of a report that a screen has room for: where all have none, those first in which something
    /// is told that is not as it should be.</summary>
    internal static IReadOnlyList<string> Fit(string title, IEnumerable<string> report, int width, int height)
    {
        string[] all = [title, .. report];
        var lines = all.Length <= height ? all : [title, .. all.Skip(1).Where(line => !IsFine(line))];
        return [.. lines.Take(height).Select(line => line.Length <= width ? line : line[..(width - 1)] + "~")];
    }

    private static bool IsFine(string line) => line.StartsWith("ok ", StringComparison.Ordinal) || line.Length == 0;

    private static string Now => DateTime.UtcNow.ToString("u", CultureInfo.InvariantCulture);

    private void Repaint(Watching watching)
    {
        using var terminal = new Terminal();
        do
        {
            var report = look();
            string title = $"nfqlb status  {Now}  every {interval.TotalSeconds} s  Ctrl-C leaves";
            Terminal.Show(Fit(title, report.Lines(), Terminal.Width, Terminal.Height));
        }
        while (watching.GoesOnAfter(interval));
    }

    private void PrintChanges(Watching watching)
    {
        string? told = null;
        do
        {
            var report = look();
            string news = string.Join('\n', report.Lines().Where(line => !IsFine(line)));
            if (news != told)
            {
                told = news;
                Output.Answer.Write(form == Listing.Text ? $"{Now}\n" : form == Listing.Yaml ? "---\n" : "");
                Listing.Print(form, report.ToJson, report.Lines);
                Output.Answer.Write(form == Listing.Text ? "\n" : "");
            }
        }
        while (watching.GoesOnAfter(interval));
    }
}
