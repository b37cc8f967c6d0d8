using Nfqlb.Cli.CommandLine;
using Nfqlb.Cli.Simulate;
using Nfqlb.Control;
using Nfqlb.Flows;
using Nfqlb.Linux;
using Nfqlb.Maglev;
using Nfqlb.Packets;
using Nfqlb.Planning.Documents;
using Nfqlb.Simulation;

namespace Nfqlb.Cli.Commands;

/// <summary>Says what would happen to a pool's connections, and draws it.</summary>
internal sealed class SimulateCommand : Command
{
    private const int MostTargets = 10_000;
    private const int MostConnections = 100_000_000;
    private const int MostBalancers = 1_000;
    private const int MostSeconds = 86_400;
    private const int EntriesPerTarget = 100;

    private static readonly Option Targets =
        new("targets", "A number of them, or NAME[:WEIGHT],... (up to 10000)");
    private static readonly Option FromFile =
        new("file", "A pool that this asks for, YAML or JSON; - for stdin. Several files are one")
        {
            Values = ValueSet.Files,
        };
    private static readonly Option Shm = new("shm", "Which pool of the file; needed where it has several");
    private static readonly Option Entries = new("M", "Maglev lookup table size (default: 100 for each target)");
    private static readonly Option Identity = new("identity", "What targets are known by")
    {
        Default = "slot",
        Values = ValueSet.Of("slot", "name"),
    };
    private static readonly Option Seed = new("seed", "32 hex digits, for --identity=name");
    private static readonly Option Count = new("connections", "How many are open all the time") { Default = "1000000" };
    private static readonly Option Pcap =
        new("pcap", "Capture (pcap or pcapng) whose connections are taken instead") { Values = ValueSet.Files };
    private static readonly Option Mean =
        new("mean-seconds", "How long they last on average; tells what breaks when a drain ends");
    private static readonly Option Drain =
        new("drain-seconds", "How long balancers drain after an event") { Default = "60" };
    private static readonly Option Balancers = new("balancers", "How many balancers there are") { Default = "1" };
    private static readonly Option Lagging =
        new("lagging", "How many of them hear of each event late") { Default = "0" };
    private static readonly Option RandomSeed = new("random", "Seed of the random connections") { Default = "1" };
    private static readonly Option Form = Listing.Output(Listing.Text, Listing.Json, Listing.Yaml);
    private static readonly Option Svg = new("svg", "File that the shares are drawn to") { Values = ValueSet.Files };

    public override string Name => "simulate";

    public override string Usage => """
        simulate --targets=N|NAME[:WEIGHT],... [options] [EVENT...]
        simulate -f FILE [-f FILE...] [--shm=POOL] [options] [EVENT...]
          Show what becomes of connections when targets come, go or change.
          Events, in order: down=NAME, drain=NAME, up=NAME, weight=NAME:W; those of one table change with + between.
        """;

    public override string[] Examples =>
    [
        "nfqlb simulate --targets=10 down=t3 up=t3",
        "nfqlb simulate --targets=red:3,blue:1 weight=blue:3 --svg=shares.svg",
        "nfqlb simulate -f lb.yaml --shm=web drain=red",
        "nfqlb simulate -f lb.yaml --pcap=monday.pcapng --mean-seconds=20 --drain-seconds=60 weight=red:3",
    ];

    public override Option[] Options =>
    [
        Targets, FromFile, Shm, Entries, Identity, Seed, HashOptions.Fields, HashOptions.Symmetric, Count, RandomSeed,
        Pcap, Mean, Drain, Balancers, Lagging, Form, Svg,
    ];

    protected override int MostPositionals => int.MaxValue;

    protected override int Run(Arguments arguments)
    {
        string form = Listing.Form(arguments, Form);
        var (pool, flows) = ReadPool(arguments);
        var steps = ReadEvents(arguments.Positionals, pool);
        var fleet = ReadFleet(arguments);
        var drain = ReadDrain(arguments);
        var connections = ReadConnections(arguments, pool.Shape, flows);
        var progress = new Progress(steps.Count, "events");
        var done = new List<SimulatedStep>();
        foreach (var step in SimulatedStep.Run(pool, steps, connections, fleet))
        {
            progress.Tell(done.Count);
            done.Add(step);
        }
        if (arguments.Text(Svg) is { } path)
        {
            WriteSvg(path, SimulationDrawing.Of(done, connections));
        }
        Listing.Print(
            form,
            () => JsonText.Of(json => SimulationListing.Write(json, done, connections, drain)),
            () => SimulationText.Lines(done, connections, drain));
        return ExitCode.Fine;
    }

    private static (PoolContent Pool, PoolFlows Flows) ReadPool(Arguments arguments)
    {
        if (arguments.Has(Targets) == arguments.Has(FromFile))
        {
            throw new UsageException(arguments.Has(Targets)
                ? "--targets and --file do not go together"
                : "Missing option [--targets] or [--file]");
        }
        Option[] others = arguments.Has(FromFile) ? [Entries, Identity, Seed] : [Shm];
        return Array.Find(others, arguments.Has) is { } other
            ? throw new UsageException($"--{other.Name} does not go with --{(other == Shm ? Targets : FromFile).Name}")
            : arguments.Has(FromFile)
                ? ReadDocument(arguments)
                : (ReadTyped(arguments), PoolFlows.Every(HashOptions.Read(arguments)));
    }

    private static (PoolContent Pool, PoolFlows Flows) ReadDocument(Arguments arguments)
    {
        var document = new DocumentSource(DocumentFiles.Read(arguments.Texts(FromFile))).Read(SlotsInUse.None);
        var pools = document.Pools;
        string? text = arguments.Text(Shm);
        var pool = text is null && pools.Length == 1 ? pools[0] : pools.FirstOrDefault(pool => pool.Name.Text == text);
        if (pool is null)
        {
            string known = string.Join(", ", pools.Select(pool => pool.Name.Text));
            throw text is null
                ? new UsageException($"Missing option [--shm]: one of {known}")
                : UsageException.BadValue("--shm", text, $"must be one of {known}");
        }
        return pool.Targets.IsEmpty
            ? throw new CommandException($"[{pool.Name}] has no targets")
            : (DocumentPool.Of(pool), ReadFlows(arguments, pool.Name, document.Flows));
    }

    /// <summary>What is typed goes before what the file says.</summary>
    private static PoolFlows ReadFlows(Arguments arguments, PoolName pool, IReadOnlyList<Flow> flows) =>
        arguments.Has(HashOptions.Fields) || arguments.Has(HashOptions.Symmetric)
            ? PoolFlows.Every(HashOptions.Read(arguments))
            : PoolFlows.Of(pool, flows);

    private static PoolContent ReadTyped(Arguments arguments)
    {
        var targets = ReadTargets(arguments.Text(Targets)!);
        int wish = arguments.Number(Entries, Math.Max(targets.Length * EntriesPerTarget, 101), 3, int.MaxValue);
        var size = new PoolSize(Prime.AtOrBelow(wish), targets.Length);
        if (!size.IsValid(out string reason))
        {
            throw new UsageException(reason);
        }
        var shape = new PoolShape(size, PoolOptions.ReadSeed(arguments, Identity, Seed));
        return new PoolContent(shape, new PoolSettings(0), [.. targets.Select(target => (SlotTarget?)target)]);
    }

    private static SlotTarget[] ReadTargets(string text)
    {
        // A number is one, also where it is too large: no target is meant to be called so.
        string[] items = text.Length > 0 && text.All(char.IsAsciiDigit)
            ? [.. Enumerable.Range(1, Arguments.ParseNumber("--targets", text, 1, MostTargets)).Select(i => $"t{i}")]
            : text.Split(',');
        if (items.Length > MostTargets)
        {
            throw new UsageException($"--targets: at most {MostTargets}, not {items.Length}");
        }
        var targets = items.Select(ReadTarget).ToArray();
        return targets.DistinctBy(target => target.Name).Count() == targets.Length
            ? targets
            : throw UsageException.BadValue("--targets", text, "a name stands twice");
    }

    private static SlotTarget ReadTarget(string item, int slot)
    {
        string[] parts = item.Split(':');
        uint weight = SlotTarget.DefaultWeight;
        if (parts.Length > 2 || (parts.Length == 2 && !WholeNumber.TryParse(parts[1], ushort.MaxValue, out weight)))
        {
            throw UsageException.BadValue("--targets", item, $"must be NAME:W, W from 0 to {ushort.MaxValue}");
        }
        return TargetName.TryParse(parts[0], out var name, out string reason)
            ? new SlotTarget(new FirewallMark(slot)) { Name = name, Weight = (ushort)weight }
            : throw UsageException.BadValue("--targets", item, reason);
    }

    private static List<PoolEvent[]> ReadEvents(IReadOnlyList<string> typed, PoolContent pool)
    {
        var steps = new List<PoolEvent[]>();
        foreach (string step in typed)
        {
            steps.Add([.. step.Split('+').Select(text => ReadEvent(text, pool))]);
        }
        return steps;
    }

    private static PoolEvent ReadEvent(string text, PoolContent pool)
    {
        if (!PoolEvent.TryParse(text, out var what, out string reason))
        {
            throw UsageException.BadValue("event", text, reason);
        }
        return pool.SlotOf(what.Target) is not null
            ? what
            : throw UsageException.BadValue("event", text, "there is no such target");
    }

    private static Fleet ReadFleet(Arguments arguments)
    {
        int balancers = arguments.Number(Balancers, 1, 1, MostBalancers);
        return new Fleet(balancers, arguments.Number(Lagging, 0, 0, balancers - 1));
    }

    private static SimulatedDrain? ReadDrain(Arguments arguments)
    {
        if (arguments.Has(Drain) && !arguments.Has(Mean))
        {
            throw new UsageException($"--{Drain.Name} needs --{Mean.Name}");
        }
        return arguments.Has(Mean)
            ? new SimulatedDrain(
                arguments.Number(Drain, 60, 1, MostSeconds), arguments.Number(Mean, 1, 1, MostSeconds))
            : null;
    }

    private static Connections ReadConnections(Arguments arguments, PoolShape shape, PoolFlows flows)
    {
        if (arguments.Text(Pcap) is { } path)
        {
            return Array.Find([Count, RandomSeed], arguments.Has) is { } other
                ? throw new UsageException($"--{other.Name} does not go with --{Pcap.Name}")
                : Connections.Of(shape, CaptureFile.Read(path, flows));
        }
        var rule = flows.Common ?? throw new UsageException(
            $"Missing option [--{HashOptions.Fields.Name}]: the file's flows hash by different fields");
        int count = arguments.Number(Count, 1_000_000, 1, MostConnections);
        var random = new Random(arguments.Number(RandomSeed, 1, 0, int.MaxValue));
        return Connections.Draw(
            shape, rule, count, () => random.NextInt64(long.MinValue, long.MaxValue),
            new Progress(count, "connections").Tell);
    }

    private static void WriteSvg(string path, string drawing)
    {
        try
        {
            File.WriteAllText(path, drawing);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new CommandException($"Invalid --svg [{PlainText.Visible(path)}]: {FileFailure.Reason(path, e)}", e);
        }
    }
}
