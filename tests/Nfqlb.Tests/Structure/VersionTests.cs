using System.Text.RegularExpressions;
using Nfqlb.Tests.Support;

namespace Nfqlb.Tests.Structure;

/// <summary>Packages have the version of the build, and the day that the change log says.</summary>
public partial class VersionTests
{
    [Fact]
    public void The_change_log_begins_with_the_version_that_is_built()
    {
        string built = Version().Match(Repository.Read("Directory.Build.props")).Groups[1].Value;
        var newest = Heading().Match(Repository.Read("CHANGELOG.md"));
        Assert.Equal(built, newest.Groups[1].Value);
        Assert.True(DateOnly.TryParseExact(newest.Groups[2].Value, "yyyy-MM-dd", out _), newest.Value);
    }

    [GeneratedRegex("<Version>(.*)</Version>")]
    private static partial Regex Version();

    [GeneratedRegex(@"^## (\S+) \((.*)\)$", RegexOptions.Multiline)]
    private static partial Regex Heading();
}
