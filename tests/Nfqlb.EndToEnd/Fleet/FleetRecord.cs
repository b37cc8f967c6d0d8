using System.Globalization;
using System.Text;
using Xunit.Abstractions;

namespace Nfqlb.EndToEnd.Fleet;

/// <summary>What happened to a fleet, a row an event, as Markdown has it.</summary>
/// <remarks>FLEET_TABLE names a file that gets it too.</remarks>
internal sealed class FleetRecord
{
    private readonly StringBuilder _table = new("""
        | event | what took how long | asked | lost over TCP | datagrams lost | connections broken |
        |---|---|---|---|---|---|

        """);

    public void Add(string what, string took, FleetOutcome outcome) => _table.Append(
        CultureInfo.InvariantCulture,
        $"| {what} | {took} | {outcome.Asked} | {outcome.LostOverTcp} | {outcome.LostDatagrams} "
            + $"| {outcome.Broken} |\n");

    /// <summary>Shows it.</summary>
    public void Write(ITestOutputHelper output)
    {
        output.WriteLine($"{_table}");
        if (Environment.GetEnvironmentVariable("FLEET_TABLE") is { Length: > 0 } path)
        {
            File.WriteAllText(path, $"{_table}");
        }
    }
}
