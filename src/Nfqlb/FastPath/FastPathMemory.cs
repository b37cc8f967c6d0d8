using static Nfqlb.FastPath.FastPathLayout;

namespace Nfqlb.FastPath;

/// <summary>The maps of the program in the kernel, as bytes of ours; see native/fastpath/layout.h.</summary>
public sealed record FastPathMemory
{
    /// <summary>What is in force: FASTPATH_CONTROL_WORDS words.</summary>
    public required Memory<byte> Control { get; init; }

    /// <summary>The flows, two sides of FASTPATH_IMAGE_WORDS words.</summary>
    public required Memory<byte> Image { get; init; }

    /// <summary>The pools' tables: FASTPATH_TABLE_WORDS words.</summary>
    public required Memory<byte> Pools { get; init; }

    /// <summary>Where packets of targets leave: of each target in each family FASTPATH_EXIT_WORDS words.</summary>
    public required Memory<byte> Exits { get; init; }

    /// <summary>What became of packets: rows, of each link FASTPATH_OUTCOMES counts.</summary>
    public required Memory<byte> Outcomes { get; init; }

    /// <summary>Packets of flows: rows of FASTPATH_FLOWS_MAX counts.</summary>
    public required Memory<byte> Flows { get; init; }

    /// <summary>Packets and bytes of targets: rows of FASTPATH_TARGETS_MAX pairs.</summary>
    public required Memory<byte> Targets { get; init; }

    /// <summary>How many rows of counts there are: one for each processor.</summary>
    public required int Rows { get; init; }

    /// <summary>How long <see cref="Control"/> is.</summary>
    public static int ControlBytes => FASTPATH_CONTROL_WORDS * sizeof(uint);

    /// <summary>How long <see cref="Image"/> is.</summary>
    public static int ImageBytes => 2 * FASTPATH_IMAGE_WORDS * sizeof(uint);

    /// <summary>How long <see cref="Pools"/> is.</summary>
    public static int PoolBytes => FASTPATH_TABLE_WORDS * sizeof(uint);

    /// <summary>How long <see cref="Exits"/> is.</summary>
    public static int ExitBytes => 2 * FASTPATH_TARGETS_MAX * FASTPATH_EXIT_WORDS * sizeof(uint);

    /// <summary>How long <see cref="Outcomes"/> is.</summary>
    public static int OutcomeBytes(int rows) => rows * FASTPATH_LINKS_MAX * FASTPATH_OUTCOMES * sizeof(ulong);

    /// <summary>How long <see cref="Flows"/> is.</summary>
    public static int FlowBytes(int rows) => rows * FASTPATH_FLOWS_MAX * sizeof(ulong);

    /// <summary>How long <see cref="Targets"/> is.</summary>
    public static int TargetBytes(int rows) => rows * FASTPATH_TARGETS_MAX * 2 * sizeof(ulong);
}
