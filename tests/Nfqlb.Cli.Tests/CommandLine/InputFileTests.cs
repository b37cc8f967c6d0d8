using Nfqlb.Cli.CommandLine;

namespace Nfqlb.Cli.Tests.CommandLine;

/// <summary>What a command reads as a whole has a bound, and a name in every message.</summary>
public class InputFileTests
{
    private const int MostBytes = 100_000;

    [Fact]
    public void A_pipe_without_an_end_is_not_read_for_ever() =>
        Assert.InRange(InputFile.Read("/dev/zero", MostBytes).Length, MostBytes + 1, 2 * MostBytes);

    [Fact]
    public void A_file_that_is_not_there_is_named()
    {
        var told = Assert.Throws<CommandException>(() => InputFile.Read("/nowhere/lb.yaml", MostBytes));
        Assert.Contains("/nowhere/lb.yaml", told.Message);
    }
}
