using Nfqlb.Checks;
using Nfqlb.Maglev;
using Nfqlb.Packets;
using Nfqlb.Planning.Model;
using Nfqlb.Planning.Objects;
using Nfqlb.Planning.Status;
using Nfqlb.Planning.Tests.Support;

namespace Nfqlb.Planning.Tests.Status;

/// <summary>Who is good is counted, and who cannot be checked is named.</summary>
public class VerdictCheckTests
{
    private static readonly Address Gateway = Address.FromIpv4(0xc0000206);

    private static readonly DesiredPool Web = new(new PoolName("web"), new(new PoolSize(997, 10)), new(0));

    [Fact]
    public void Targets_that_cannot_be_checked_are_no_good_ones_and_say_why()
    {
        const string reason = "https needs OpenSSL (libssl.so.3), which is not here";
        var pool = Web with { Check = new DesiredCheck { Kind = CheckKind.Https } };
        TargetReport Report(int slot, TargetHealth health, string error) => new(
            pool, new DesiredTarget { Slot = slot, Mark = new FirewallMark(101 + slot), Via4 = Gateway },
            SlotState.Active, Ipv4: null, Ipv6: null, Share: 0.5, Packets: 0)
        {
            Verdict = new TargetVerdict(pool.Name, slot, $"{slot}", health) { Error = error },
        };
        IEnumerable<string> Of(params TargetReport[] reports)
        {
            var asked = pool with { Targets = [.. reports.Select(report => report.Target)] };
            return Said.By(VerdictCheck.Findings(
                DesiredState.Empty with { Pools = [asked] }, reports, isServed: true));
        }
        Assert.Equal(
            ["Ok: 1 of 2 targets that are checked are good"],
            Of(Report(0, TargetHealth.Good, ""), Report(1, TargetHealth.Bad, "Connection refused")));
        Assert.Equal(
            ["Ok: 0 of 1 targets that are checked are good"], Of(Report(0, TargetHealth.Unknown, "")));
        Assert.Equal(
            ["Ok: 0 of 3 targets that are checked are good",
                $"Warn: web/slot 0 and 1 more cannot be checked, and may get packets all the same: {reason}",
                "Warn: web/slot 2 cannot be checked, and may get packets all the same: this process was late by 9 ms"],
            Of(Report(0, TargetHealth.Unknown, reason), Report(1, TargetHealth.Unknown, reason),
                Report(2, TargetHealth.Unknown, "this process was late by 9 ms")));
    }
}
