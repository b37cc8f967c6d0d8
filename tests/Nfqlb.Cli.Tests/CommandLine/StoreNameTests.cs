using Nfqlb.Cli.CommandLine;

namespace Nfqlb.Cli.Tests.CommandLine;

/// <remarks>The only tests that set NFQLB_WANTED: one class, so one after the other.</remarks>
public sealed class StoreNameTests : IDisposable
{
    private const string Variable = "NFQLB_WANTED";

    public void Dispose() => Environment.SetEnvironmentVariable(Variable, null);

    [Theory]
    [InlineData("a/b")]
    [InlineData("..")]
    [InlineData("as long as a name can be is too long when something is added to it")]
    public void A_name_that_cannot_be_one_is_refused(string name)
    {
        Environment.SetEnvironmentVariable(Variable, name.Contains(' ') ? new string('n', 250) : name);
        var told = Assert.Throws<UsageException>(() => StoreName.Value);
        Assert.Contains($"Invalid NFQLB_WANTED [{Environment.GetEnvironmentVariable(Variable)}]", told.Message);
    }
}
