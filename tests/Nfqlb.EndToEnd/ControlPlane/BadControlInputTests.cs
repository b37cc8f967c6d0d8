using Nfqlb.EndToEnd.CommandLine;
using Nfqlb.EndToEnd.Lab;

namespace Nfqlb.EndToEnd.ControlPlane;

/// <summary>A wrong value is refused with one line that names it, and rules, routes, nftables and pools stay.</summary>
[BesideOthers]
public sealed class BadControlInputTests(BadControlInputTests.Furnished host)
    : IClassFixture<BadControlInputTests.Furnished>
{
    public static TheoryData<string[], string, string> All
    {
        get
        {
            var data = new TheoryData<string[], string, string>();
            foreach ((string[] words, string named, string value) in BadControlInput.All)
            {
                data.Add(words, named, value);
            }
            return data;
        }
    }

    [KernelTheory]
    [MemberData(nameof(All))]
    public void Is_refused_and_nothing_changes(string[] words, string named, string value)
    {
        (ControlHost control, KernelState before) = host.Value;

        CommandResult result = control.Nfqlb(words);

        Complaint.Check(result, named, value);
        Assert.InRange(result.ExitCode, 1, 2);
        control.State().MustBe(before);
    }

    /// <summary>A host with something in it that could be broken.</summary>
    public sealed class Furnished : IDisposable
    {
        private readonly ControlHost _control = new();
        private readonly Lazy<KernelState> _before;

        public Furnished() => _before = new(() =>
        {
            _control.Begin("web");
            _control.Nfqlb("target-set", "--shm=web", "--name=red", "--mark=101", $"--via={ControlHost.Via(1, 1)}")
                .MustSucceed();
            _control.Nfqlb("vip-set", "--vips=203.0.113.0/24,2001:db8:99::1", "--egress-table=4096").MustSucceed();
            return _control.State();
        });

        internal (ControlHost Control, KernelState Before) Value => (_control, _before.Value);

        public void Dispose() => _control.Dispose();
    }
}
