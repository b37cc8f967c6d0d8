using Nfqlb.Cli.CommandLine;
using Nfqlb.Cli.Control;
using Nfqlb.Linux;
using Nfqlb.Linux.SharedMemory;
using Nfqlb.Maglev;

namespace Nfqlb.Cli.Commands;

/// <summary>Prints the state of a balancer's fragment table.</summary>
internal sealed class StatsCommand : Command
{
    public override string Name => "stats";

    public override string Usage => """
        stats [options]
          Show frag table stats
        """;

    public override Option[] Options => [BalancerOptions.FragmentShm];

    protected override int Run(Arguments arguments)
    {
        string segment = BalancerOptions.Statistics(arguments);
        try
        {
            Output.Answer.Write(
                FragmentListing.TextOf(FragmentStatisticsSegment.Read(segment, FragmentListing.Count)));
            return ExitCode.Fine;
        }
        catch (Exception e) when (e is SegmentException or SystemCallException)
        {
            throw UsageException.BadValue("--ft_shm", segment, e.Message);
        }
    }
}
