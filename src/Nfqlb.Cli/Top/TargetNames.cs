using Nfqlb.Cli.CommandLine;
using Nfqlb.ControlPlane.Store;
using Nfqlb.Linux;

namespace Nfqlb.Cli.Top;

/// <summary>The names of targets, where somebody asked for them by name.</summary>
internal sealed class TargetNames
{
    private readonly Dictionary<string, string?> _names = [];

    /// <summary>As they stand now.</summary>
    public static TargetNames Read()
    {
        var names = new TargetNames();
        try
        {
            foreach (var pool in StateStore.Look(StoreName.Value).Pools)
            {
                foreach (var target in pool.Targets)
                {
                    names._names[KeyOf(pool.Name.Text, target.Slot, target.Mark.Value)] = target.Name;
                }
            }
        }
        catch (Exception e) when (e is StateStoreException or SystemCallException)
        {
            // Torn, or not for this user: slot and mark still say which target it is, and `status` says what is wrong.
        }
        return names;
    }

    /// <summary>Null where nobody asked for this mark in this slot, or did so without a name.</summary>
    public string? Find(string pool, int slot, int mark) => _names.GetValueOrDefault(KeyOf(pool, slot, mark));

    private static string KeyOf(string pool, int slot, int mark) => $"{pool}/{slot}/{mark}";
}
