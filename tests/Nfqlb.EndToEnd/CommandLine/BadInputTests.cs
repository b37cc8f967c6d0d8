using Nfqlb.EndToEnd.Lab;

namespace Nfqlb.EndToEnd.CommandLine;

/// <summary>A wrong value is refused before anything changes, with one line that names option and value.</summary>
[BesideOthers]
public sealed class BadInputTests(RunningFlowlb flowlb) : IClassFixture<RunningFlowlb>
{
    public static TheoryData<string[], string, string> Numbers => Rows(BadInput.Numbers);

    public static TheoryData<string[], string, string> Flows => Rows(BadInput.Flows);

    public static TheoryData<string[], string, string> Balancers => Rows(BadInput.Balancers);

    public static TheoryData<string[], string, string> Names => Rows(BadInput.Names);

    [KernelTheory]
    [MemberData(nameof(Numbers))]
    [MemberData(nameof(Flows))]
    [MemberData(nameof(Balancers))]
    [MemberData(nameof(Names))]
    public void Is_refused_and_nothing_changes(string[] words, string option, string value)
    {
        string before = flowlb.State();

        CommandResult result = flowlb.Nfqlb(words);

        Complaint.Check(result, option, value);
        Assert.Equal(before, flowlb.State());
    }

    [KernelFact]
    public void A_refused_redefinition_leaves_the_old_flow_in_force()
    {
        flowlb.Nfqlb("flow-set", "--name=good", "--target=lb-1", "--protocols=tcp", "--dports=80").MustSucceed();
        string before = flowlb.State();

        CommandResult refused =
            flowlb.Nfqlb("flow-set", "--name=good", "--target=lb-1", "--protocols=tcp", "--dports=81,0");

        Complaint.Check(refused, "dports", "0");

        Assert.Equal(before, flowlb.State());
        flowlb.Nfqlb("flow-delete", "--name=good").MustSucceed();
    }

    private static TheoryData<string[], string, string> Rows(IEnumerable<(string[], string, string)> rows)
    {
        var data = new TheoryData<string[], string, string>();
        foreach ((string[] words, string option, string value) in rows)
        {
            data.Add(words, option, value);
        }
        return data;
    }
}
