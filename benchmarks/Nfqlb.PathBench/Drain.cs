namespace Nfqlb.PathBench;

/// <summary>Whether connections may stay with their targets, and do.</summary>
internal enum Drain
{
    /// <summary>Nobody says anything, and no target comes or goes.</summary>
    Unasked,

    /// <summary>They never stay: `--drain-seconds=0`.</summary>
    Off,

    /// <summary>They would, but no target comes or goes.</summary>
    Idle,

    /// <summary>The last target came a moment ago: those of its entries stay with the others.</summary>
    Running,
}
