using Nfqlb.EndToEnd.Lab;
using Nfqlb.EndToEnd.Model;

namespace Nfqlb.EndToEnd.CommandLine;

/// <summary>Drivers run many commands at the same time, and some are killed half-way: the pool stays whole.</summary>
[BesideOthers]
public sealed class ConcurrentWritersTests : IDisposable
{
    private const int Writers = 8, ChangesOfEach = 25;

    private readonly Sandbox _sandbox = new();
    private readonly Balancer _balancer;

    public ConcurrentWritersTests()
    {
        _balancer = new Balancer(_sandbox.First);
    }

    [KernelFact]
    public void No_change_of_many_at_the_same_time_is_lost()
    {
        _balancer.CreatePool("lb-1", 997, 10);

        // Each writer has a slot of its own; the last mark it sets there is the one that has to stay.
        _balancer.Host.Shell($$"""
            for slot in {0..{{Writers - 1}}}; do
                (for ((i = 1; i <= {{ChangesOfEach}}; i++)); do
                    {{Executables.Nfqlb}} activate --shm=lb-1 --index=$slot $((slot * 1000 + i))
                    {{Executables.Nfqlb}} show --shm=lb-1 >/dev/null
                done) &
                writers+=($!)
            done
            for writer in "${writers[@]}"; do wait "$writer"; done
            """);

        CheckPool("lb-1", [.. Enumerable.Range(0, Writers).Select(slot => slot * 1000 + ChangesOfEach)]);
    }

    [KernelFact]
    public void A_writer_that_is_killed_leaves_a_whole_pool_and_no_lock()
    {
        const int Kills = 60;
        _balancer.CreatePool("lb-1", 997, 10, 5);

        // Killed after 0 to 3 ms, so at every stage of its life, the change included.
        _balancer.Host.Shell($$"""
            set +e
            for ((i = 0; i < {{Kills}}; i++)); do
                timeout -s KILL 0.00$((i % 4)) \
                    {{Executables.Nfqlb}} activate --shm=lb-1 --index=$((i % 9 + 1)) $((100 + i))
            done 2>/dev/null
            true
            """);
        for (int slot = 1; slot < 10; slot++)
        {
            _balancer.Nfqlb("deactivate", "--shm=lb-1", $"--index={slot}").MustSucceed();
        }
        _balancer.Nfqlb("activate", "--shm=lb-1", "6", "7").MustSucceed();

        CheckPool("lb-1", [5, 6, 7]);
    }

    public void Dispose() => _sandbox.Dispose();

    private void CheckPool(string name, IReadOnlyList<int> marks)
    {
        PoolModel model = new PoolModel(997, 10).Activate(marks);
        string shown = _balancer.Nfqlb("show", $"--shm={name}").MustSucceed().Stdout;

        Assert.Contains($"Active: {string.Join(' ', marks.Select((mark, slot) => $"{mark}({slot})"))}\n", shown);
        Assert.Contains($"Lookup: {string.Join(' ', model.Lookup.Take(25))}...\n", shown);
    }
}
