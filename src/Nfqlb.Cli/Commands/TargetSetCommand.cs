using Nfqlb.Cli.Apply;
using Nfqlb.Cli.CommandLine;
using Nfqlb.ControlPlane.Execute;
using Nfqlb.Linux.SharedMemory;
using Nfqlb.Maglev;
using Nfqlb.Planning.Model;
using Nfqlb.Planning.Plans;

namespace Nfqlb.Cli.Commands;

/// <summary>Adds targets or redefines them: slot, mark, rules and routes.</summary>
internal sealed class TargetSetCommand : Command
{
    private const int Empty = -1;

    private static readonly Option Shm = PoolOptions.Shm with { IsRequired = true, Default = null };

    public override string Name => "target-set";

    public override string Usage => """
        target-set --shm=POOL --name=NAME|--index=# --mark=# --via=ADDR[,ADDR6] [--dev=IF] [--table=#]
                     [--weight=#] [--state=] [--priority=#] ... [--rules=tree|flat] [--mark-mask=#]
          Add targets to a pool, or redefine them, with their rules and routes. Each --name (or --index, without a
          name) begins another target; what comes before the first holds for all.
        """;

    public override string[] Examples =>
    [
        "nfqlb target-set --shm=web --name=red --mark=101 --via=192.0.2.1,2001:db8:2::1",
        "nfqlb target-set --shm=web --name=red --mark=101 --via=192.0.2.1 --name=blue --mark=102 --via=192.0.2.2",
    ];

    public override Option[] Options =>
    [
        Shm, TargetOptions.Name, PoolOptions.Index, TargetOptions.Mark, TargetOptions.Via, TargetOptions.Device,
        TargetOptions.Table, PoolOptions.Weight, PoolOptions.State, PoolOptions.Priority, RulesOption.Rules,
        MarkMaskOption.MarkMask,
    ];

    protected override int Run(Arguments arguments)
    {
        var name = arguments.Pool(Shm, PoolOptions.DefaultPool);
        var beginning = arguments.Has(TargetOptions.Name) ? TargetOptions.Name : PoolOptions.Index;
        Arguments[] each = [.. arguments.Each(beginning)];
        if (each.Length == 0)
        {
            throw new UsageException("Missing option [--name] or [--index]");
        }
        var rules = RulesOption.Read(arguments);
        var mask = MarkMaskOption.Read(arguments);
        var content = PoolDirectory.Open(name).ReadContent();
        ThisHost.Carry(new DesiredChange(
            Scope.Targets,
            before => each.Aggregate(before, (desired, one) => Set(desired, name, content, one)) with
            {
                Rules = rules ?? before.Rules,
                MarkMask = mask ?? before.MarkMask,
            })
        {
            Slots = SlotScope.Named((pool, target) => pool == name && Array.Exists(each, one => IsNamed(one, target))),
            Wording = TargetOptions.WordsFor(arguments),
        });
        return ExitCode.Fine;
    }

    private static bool IsNamed(Arguments arguments, DesiredTarget target) =>
        arguments.Text(TargetOptions.Name) is { } name
            ? target.Name == name
            : target.Slot == TargetOptions.Slot(arguments, int.MaxValue);

    private static DesiredState Set(DesiredState wanted, PoolName name, PoolContent content, Arguments arguments)
    {
        var pool = wanted.Pools.FirstOrDefault(pool => pool.Name == name)
            ?? new DesiredPool(name, content.Shape, content.Settings) { IsBorrowed = true };
        var old = pool.Find(arguments.Text(TargetOptions.Name), TargetOptions.Slot(arguments, content.Slots.Length));
        var target = Parse(arguments, pool, content, old);
        var others = old is null ? pool.Targets : pool.Targets.Remove(old);
        return wanted.With(pool with { Shape = content.Shape, Targets = others.Add(target) });
    }

    /// <summary>What is not given stays as it was.</summary>
    private static DesiredTarget Parse(
        Arguments arguments, DesiredPool pool, PoolContent content, DesiredTarget? old)
    {
        var (via4, via6) = arguments.Text(TargetOptions.Via) is { } via
            ? TargetOptions.ParseVia(via)
            : (old?.Via4, old?.Via6);
        int mark = arguments.Number(TargetOptions.Mark, old?.Mark.Value ?? Empty, 1, int.MaxValue);
        if (mark == Empty || (via4 is null && via6 is null))
        {
            throw new UsageException($"Missing option [--{(mark == Empty ? "mark" : "via")}]");
        }
        string? name = arguments.Text(TargetOptions.Name) ?? old?.Name;
        int slot = TargetOptions.Slot(arguments, content.Slots.Length) ?? old?.Slot
            ?? FreeSlot(pool, content, name, mark);

        // Somebody may have given a weight to the mark already.
        var there = old?.InSlot(isKeyed: false)
            ?? (content.Slots[slot] is { } present && present.Mark.Value == mark ? present : new(new(mark)));
        var target = (old ?? new DesiredTarget { Slot = slot, Mark = new FirewallMark(mark) }) with
        {
            Name = name,
            Slot = slot,
            Mark = new FirewallMark(mark),
            Via4 = via4,
            Via6 = via6,
            Device = arguments.Text(TargetOptions.Device) ?? old?.Device,
            Weight = PoolOptions.ReadSmall(arguments, PoolOptions.Weight) ?? there.Weight,
            State = PoolOptions.ReadState(arguments) ?? there.State,
            Priority = PoolOptions.ReadSmall(arguments, PoolOptions.Priority) ?? there.Priority,
        };
        return arguments.Has(TargetOptions.Table)
            ? target with { Table = (uint)arguments.Number(TargetOptions.Table, 0, 1, int.MaxValue) }
            : target;
    }

    /// <summary>Where the name stands already, or the mark, or the first slot that is empty and nobody's.</summary>
    private static int FreeSlot(DesiredPool pool, PoolContent content, string? name, int mark)
    {
        int[] marks = content.Marks;
        bool IsFree(int slot, int mark) => marks[slot] == mark && pool.Targets.All(target => target.Slot != slot);
        int[] slots = [.. Enumerable.Range(0, marks.Length)];
        int slot = name is not null && content.SlotOf(new TargetName(name)) is { } named ? named
            : Array.FindIndex(slots, slot => IsFree(slot, mark)) is var there and >= 0 ? there
            : Array.FindIndex(slots, slot => IsFree(slot, Empty));
        return slot >= 0 ? slot : throw new CommandException($"No empty slot in [{pool.Name}] for mark [{mark}]");
    }
}
