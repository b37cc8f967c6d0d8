using Nfqlb.EndToEnd.Lab;

namespace Nfqlb.EndToEnd.CommandLine;

/// <summary>What lies in /dev/shm need not be a pool: a command says so, whatever it is, and never crashes.</summary>
[BesideOthers]
public sealed class SegmentTests(RunningFlowlb flowlb) : IClassFixture<RunningFlowlb>
{
    // Every command that opens a pool; the last one lets flowlb open it.
    private static readonly string[] Commands =
    [
        "show --shm=damaged", "activate --shm=damaged 5", "deactivate --shm=damaged 5",
        "fwmark --shm=damaged --src=10.0.0.1:1 --dst=10.0.0.2:2", "flow-set --name=bad --target=damaged",
    ];

    public static TheoryData<string> Damages =>
    [
        ": > damaged",
        "printf x > damaged",
        "head -c 100000 /dev/zero > damaged",
        "head -c 100000 /dev/urandom > damaged",
        "cp lb-1 damaged; truncate -s -1 damaged",
        "head -c 64 lb-1 > damaged",
        "head -c 7 lb-1 > damaged",
        "mkdir damaged",
        "mkfifo damaged",
        "ln -s lb-1 damaged",
    ];

    [KernelTheory]
    [MemberData(nameof(Damages))]
    public void What_is_no_pool_is_named_and_refused(string script)
    {
        InSharedMemory(script);
        try
        {
            string before = flowlb.State();
            foreach (string command in Commands)
            {
                Complaint.Check(flowlb.Nfqlb(command.Split(' ')), "damaged");
            }
            Assert.Equal(before, flowlb.State());
        }
        finally
        {
            InSharedMemory("rm -rf damaged");
        }
    }

    [KernelFact]
    public void No_single_damaged_byte_of_the_header_crashes_anything()
    {
        const int HeaderBytes = 96;
        const int LeastRefused = 16; // whatever the layout: a magic, a version and sizes are there to be checked
        int refused = 0;
        for (int offset = 0; offset < HeaderBytes; offset++)
        {
            InSharedMemory(
                $"cp lb-1 damaged; byte=$(od -An -tu1 -j{offset} -N1 lb-1); opposite=$(printf %02x $((byte ^ 255))); " +
                $"printf \"\\\\x$opposite\" | dd of=damaged bs=1 seek={offset} conv=notrunc status=none");
            foreach (string command in Commands)
            {
                CommandResult result = flowlb.Nfqlb(command.Split(' '));
                Assert.False(result.EndedBySignal, $"byte {offset} damaged: {result}");
                if (result.ExitCode != 0)
                {
                    Complaint.Check(result);
                    refused++;
                }
            }
            // What was taken may have been used: flowlb has to survive that too.
            Assert.False(flowlb.Process.HasEnded, $"flowlb has ended over damaged byte {offset}");
            flowlb.Nfqlb("flow-delete", "--name=bad").MustSucceed();
            Assert.True(offset > 0 || refused == Commands.Length, "the first byte is part of the magic");
        }
        InSharedMemory("rm damaged");
        Assert.InRange(refused, LeastRefused * Commands.Length, HeaderBytes * Commands.Length);
    }

    [KernelFact]
    public void A_full_dev_shm_leaves_everything_as_it_was()
    {
        using var sandbox = new Sandbox();
        var balancer = new Balancer(sandbox.First);
        sandbox.First.Shell("mount -t tmpfs -o size=64k tmpfs /dev/shm");
        balancer.CreatePool("small", 997, 10, 5);
        string before = sandbox.First.Shell("cd /dev/shm; ls -A; md5sum small").Stdout;

        Complaint.Check(balancer.Nfqlb("init", "--shm=large", "--M=100000", "--N=10"), "large", "No space left");
        Complaint.Check(balancer.Nfqlb("init", "--shm=small", "--M=100000", "--N=10"), "small", "No space left");

        Assert.Equal(before, sandbox.First.Shell("cd /dev/shm; ls -A; md5sum small").Stdout);
    }

    [KernelFact]
    public void A_pool_made_again_in_another_size_is_the_new_one_for_everybody()
    {
        flowlb.Balancer.CreatePool("again", 101, 4, 5, 6);
        flowlb.Nfqlb("flow-set", "--name=again", "--target=again").MustSucceed();

        flowlb.Nfqlb("delete", "--shm=again").MustSucceed();
        flowlb.Balancer.CreatePool("again", 997, 10, 7);

        Assert.Contains("M=997, N=10", flowlb.Nfqlb("show", "--shm=again").MustSucceed().Stdout);
        Assert.EndsWith("Active: 7(0)\n", flowlb.Nfqlb("show", "--shm=again").Stdout);
        flowlb.Nfqlb("flow-delete", "--name=again").MustSucceed();
        flowlb.Nfqlb("delete", "--shm=again").MustSucceed();
        Assert.DoesNotContain("again", flowlb.Balancer.Host.Run("ls", "/dev/shm").Stdout);
    }

    private void InSharedMemory(string script) => flowlb.Balancer.Host.Shell($"cd /dev/shm; {script}");
}
