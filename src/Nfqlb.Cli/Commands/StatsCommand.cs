using Nfqlb.Cli.CommandLine;
using Nfqlb.Control;
using Nfqlb.Linux;
using Nfqlb.Linux.SharedMemory;
using Nfqlb.Maglev;

namespace Nfqlb.Cli.Commands;

/// <summary>Prints the state of a balancer's fragment table.</summary>
internal sealed class StatsCommand : Command
{
    private static readonly Option Form = Listing.Output(Listing.Json, Listing.Yaml, Listing.Table);

    public override string Name => "stats";

    public override string Usage => """
        stats [options]
          Show what a balancer remembers of fragmented packets
        """;

    public override string[] Examples => ["nfqlb stats"];

    public override Option[] Options => [BalancerOptions.FragmentShm, Form];

    protected override int Run(Arguments arguments)
    {
        string form = Listing.Form(arguments, Form);
        string segment = BalancerOptions.Statistics(arguments);
        try
        {
            var figures = FragmentStatisticsSegment.Read(segment, FragmentListing.Count);
            Listing.Print(form, () => FragmentListing.TextOf(figures));
            return ExitCode.Fine;
        }
        catch (Exception e) when (e is SegmentException or SystemCallException)
        {
            throw UsageException.BadValue("--ft_shm", segment, e.Message);
        }
    }
}
