using System.Text.Json.Nodes;
using Nfqlb.EndToEnd.Lab;

namespace Nfqlb.EndToEnd.CommandLine;

/// <summary>The habits of GNU getopt_long_only, which people and scripts have come to rely on.</summary>
[BesideOthers]
public sealed class OptionTests(RunningFlowlb flowlb) : IClassFixture<RunningFlowlb>
{
    [KernelTheory]
    [InlineData("show --shm lb-1")]
    [InlineData("show -shm=lb-1")]
    [InlineData("show -shm lb-1")]
    [InlineData("show --sh=lb-1")]
    [InlineData("show --s lb-1")]
    [InlineData("show -s lb-1")]
    [InlineData("show --shm=nosuch --shm=lb-1")]
    public void Another_spelling_means_the_same(string command)
    {
        CommandResult wanted = flowlb.Nfqlb("show", "--shm=lb-1").MustSucceed();

        CommandResult result = flowlb.Nfqlb(command.Split(' '));

        Assert.Equal((wanted.Stdout, "", 0), (result.Stdout, result.Stderr, result.ExitCode));
    }

    [KernelTheory]
    [InlineData("activate --shm=lb-2 201 202")]
    [InlineData("activate 201 202 --shm=lb-2")]
    [InlineData("activate 201 --shm=lb-2 202")]
    [InlineData("activate 201 -shm lb-2 -- 202")]
    public void Options_may_stand_among_the_positionals(string command)
    {
        CommandResult result = flowlb.Nfqlb(command.Split(' '));

        Assert.Equal(("", 0), (result.Output, result.ExitCode));
        Assert.EndsWith("   Active: 201(0) 202(1)\n", flowlb.Nfqlb("show", "--shm=lb-2").MustSucceed().Stdout);
        flowlb.Nfqlb("deactivate", "--shm=lb-2", "201", "202").MustSucceed();
    }

    [KernelFact]
    public void Options_of_flows_may_be_cut_to_unique_beginnings()
    {
        flowlb.Nfqlb("flow-set", "--na=short", "-t=lb-1", "--proto=tcp", "--dst=10.0.0.0/8", "--dp", "80", "--pri=3",
            "--src", "::/0").MustSucceed();

        JsonNode flow = JsonNode.Parse(flowlb.Nfqlb("flow-list", "--name=short").MustSucceed().Stdout)!;
        Assert.Equal("""["tcp"] ["::ffff:10.0.0.0/104"] ["::/0"] ["80"] 3""", string.Join(' ',
            new[] { "protocols", "dests", "srcs", "dports", "priority" }.Select(key => flow[key]!.ToJsonString())));
        flowlb.Nfqlb("flow-delete", "--name=short").MustSucceed();
    }

    [KernelFact]
    public void An_empty_list_of_protocols_means_any()
    {
        flowlb.Nfqlb("flow-set", "--name=any", "--target=lb-1", "--protocols=").MustSucceed();

        JsonNode flow = JsonNode.Parse(flowlb.Nfqlb("flow-list", "--name=any").MustSucceed().Stdout)!;
        Assert.Null(flow["protocols"]);
        flowlb.Nfqlb("flow-delete", "--name=any").MustSucceed();
    }

    [KernelTheory]
    [InlineData("flow-list", "USER REF\n")]
    [InlineData("flow-list-names", "shown\n")]
    [InlineData("counters", "no_flow ")]
    [InlineData("stats", "hsize ")]
    public void What_is_listed_as_json_is_shown_as_yaml_and_as_a_table_too(string command, string inTable)
    {
        flowlb.Nfqlb("flow-set", "--name=shown", "--target=lb-1", "--dsts=10.0.0.0/8").MustSucceed();

        string json = flowlb.Nfqlb(command).MustSucceed().Stdout;
        string yaml = flowlb.Nfqlb(command, "--output=yaml").MustSucceed().Stdout;

        Assert.Equal(json, flowlb.Nfqlb(command, "--output=json").MustSucceed().Stdout);
        Assert.Contains(inTable, flowlb.Nfqlb(command, "--output=table").MustSucceed().Stdout);
        foreach (string line in yaml.TrimEnd('\n').Split('\n').Where(line => !line.EndsWith(':')))
        {
            string[] words = line.TrimStart(' ', '-').Split(": ");
            Assert.Contains(words[0], json);
        }
        Complaint.Check(flowlb.Nfqlb(command, "--output=xml"), "output", "xml");
        flowlb.Nfqlb("flow-delete", "--name=shown").MustSucceed();
    }

    [KernelFact]
    public void A_flow_that_is_not_there_is_no_answer_where_one_was_asked_for() =>
        Complaint.Check(flowlb.Nfqlb("flow-list", "--name=nosuch", "--output=json"), "name", "nosuch");

    [KernelTheory]
    [InlineData("show --bogus", "bogus")]
    [InlineData("show --bogus=7", "bogus")]
    [InlineData("show -bogus", "bogus")]
    [InlineData("show -x", "x")]
    [InlineData("show --shm", "shm")]
    [InlineData("flow-set --name=bad --target=lb-1 --s=10.0.0.0/8", "s")]
    [InlineData("flow-set --name=bad --target=lb-1 --p=1", "p")]
    [InlineData("flowlb --queue=20 --ft=3", "ft")]
    [InlineData("show --help=yes", "help")]
    [InlineData("flowlb --queue=20 --promiscuous_ping=yes", "promiscuous_ping")]
    [InlineData("shows", "shows")]
    public void What_getopt_would_not_take_is_named_and_refused(string command, string named)
    {
        string before = flowlb.State();

        CommandResult result = flowlb.Nfqlb(command.Split(' '));

        Assert.Equal(("", 1), (result.Stdout, result.ExitCode));
        Complaint.Check(result, named);
        Assert.Equal(before, flowlb.State());
    }

    [KernelTheory]
    [InlineData("show -h")]
    [InlineData("show --help")]
    [InlineData("show --shm=lb-1 --he")]
    [InlineData("flowlb -h")]
    [InlineData("fwmark --help")]
    [InlineData("help status")]
    public void Help_is_an_answer_and_not_a_complaint(string command)
    {
        CommandResult result = flowlb.Nfqlb(command.Split(' '));

        Assert.Equal(("", 0), (result.Stderr, result.ExitCode));
        Assert.StartsWith(command.Replace("help ", "").Split(' ')[0], result.Stdout);
        Assert.Contains("\nExamples:\n  nfqlb ", result.Stdout);
    }

    [KernelTheory]
    [InlineData("flowlb")]
    [InlineData("lb", "tshm", "sctp_encap")]
    public void The_help_of_a_balancer_lists_every_option_of_1_2_0(string command, params string[] itsOwn)
    {
        string help = flowlb.Nfqlb(command, "--help").MustSucceed().Stdout;

        Assert.All(
            (string[])
            [
                "lbshm", "mtu", "tun", "reassembler", "notargets_fwmark", "nolb_fwmark",
                "hash_mode", "queue", "qlength", "ft_shm", "ft_size", "ft_buckets", "ft_frag", "ft_ttl",
                "trace_address", .. itsOwn,
            ],
            option => Assert.Contains($"--{option}= ", help));
        Assert.Contains("  --promiscuous_ping Accept", help); // a switch, which takes no value
    }

    [KernelTheory]
    [InlineData("flow-list")]
    [InlineData("flowlb -h")]
    [InlineData("counters")]
    [InlineData("top --count=2")]
    [InlineData("man")]
    [InlineData("help")]
    [InlineData("counters --output=table")]
    public void A_pipe_that_nobody_reads_any_more_is_no_failure(string command)
    {
        string typed = $"{Executables.Nfqlb} {command}";

        CommandResult result =
            flowlb.Balancer.Host.Shell($"{{ sleep 0.3; {typed}; echo $? > /dev/shm/code; }} | true; cat /dev/shm/code");

        Assert.Equal(("0\n", ""), (result.Stdout, result.Stderr));
    }
}
