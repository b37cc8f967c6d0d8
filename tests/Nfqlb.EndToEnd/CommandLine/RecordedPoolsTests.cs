using System.Text.Json;
using System.Text.Json.Serialization;
using Nfqlb.EndToEnd.Lab;
using Nfqlb.EndToEnd.Model;

namespace Nfqlb.EndToEnd.CommandLine;

/// <summary>Pools made and looked up by commands, against what the same commands of 1.2.0 gave.</summary>
[BesideOthers]
public sealed class RecordedPoolsTests : IDisposable
{
    private readonly Sandbox _sandbox = new();
    private readonly Balancer _balancer;

    public RecordedPoolsTests() => _balancer = new Balancer(_sandbox.First);

    [KernelFact]
    public void Every_history_of_changes_shows_the_recorded_pool()
    {
        RecordedPool[] pools = RecordedData.Load<RecordedPool[]>("maglev-tables.json");

        Assert.NotEmpty(pools);
        foreach (RecordedPool pool in pools)
        {
            _balancer.Nfqlb("init", "--shm=vv", $"--M={pool.RequestedSize}", $"--N={pool.N}").MustSucceed();
            foreach (JsonElement operation in pool.Operations)
            {
                Apply(CommandOf(operation));
            }
            Assert.Equal(pool.Show, _balancer.Nfqlb("show", "--shm=vv").MustSucceed().Stdout);
            _balancer.Nfqlb("delete", "--shm=vv").MustSucceed();
        }
    }

    [KernelFact]
    public void Fwmark_prints_the_recorded_hash_entry_slot_and_mark()
    {
        var recorded = RecordedData.Load<RecordedMarks>("hash-fwmark.json");
        _balancer.CreatePool("lb-1", recorded.M, recorded.N, recorded.Activate);

        Assert.NotEmpty(recorded.Lookups);
        foreach (RecordedLookup row in recorded.Lookups)
        {
            string[] protocol = row.Proto == null ? [] : [$"--proto={row.Proto}"];
            string answer = $"{{ \"hash\": {row.Hash}, \"lookupindex\": {row.Lookupindex}, "
                + $"\"activeindex\": {row.Activeindex}, \"fwmark\": {row.Fwmark} }}\n";

            CommandResult result = _balancer.Nfqlb(["fwmark", "--shm=lb-1", $"--hash_mode={row.HashMode}",
                $"--src={Endpoint(row.Src, row.Sport)}", $"--dst={Endpoint(row.Dst, row.Dport)}", .. protocol]);

            Assert.True((result.Stdout, result.ExitCode) == (answer, 0), $"{result}\nrecorded: {answer}");
        }
    }

    public void Dispose() => _sandbox.Dispose();

    // Of more marks than there are empty slots 1.2.0 takes what fits, and says nothing; the product refuses them all.
    private void Apply(string[] command)
    {
        CommandResult all = _balancer.Nfqlb(command);
        if (all.ExitCode == 0)
        {
            return;
        }
        Complaint.Check(all, "No empty slot");
        foreach (string mark in command[2..])
        {
            CommandResult one = _balancer.Nfqlb(command[0], command[1], mark);
            if (one.ExitCode != 0)
            {
                Complaint.Check(one, "No empty slot", mark);
            }
        }
    }

    private static string Endpoint(string address, ushort port) =>
        Testbed.IsIPv6(address) ? $"[{address}]:{port}" : $"{address}:{port}";

    // ["activate", [marks]], ["deactivate", [marks]], ["activate-index", slot, mark] or ["deactivate-index", slot]
    private static string[] CommandOf(JsonElement operation)
    {
        string[] name = operation[0].GetString()!.Split('-');
        bool isByIndex = name.Length > 1;
        string[] index = isByIndex ? [$"--index={operation[1]}"] : [];
        IEnumerable<JsonElement> marks =
            isByIndex ? operation.EnumerateArray().Skip(2) : operation[1].EnumerateArray();
        return [name[0], "--shm=vv", .. index, .. marks.Select(mark => $"{mark}")];
    }

    private sealed record RecordedPool(
        [property: JsonPropertyName("M_requested")] int RequestedSize, int N, JsonElement[] Operations, string Show);

    private sealed record RecordedMarks(int M, int N, int[] Activate, RecordedLookup[] Lookups);

    private sealed record RecordedLookup(string Src, ushort Sport, string Dst, ushort Dport, string? Proto,
        int HashMode, uint Hash, int Lookupindex, int Activeindex, int Fwmark);
}
