using System.Reflection;

namespace Nfqlb.Benchmarks.Support;

/// <summary>What make has built beside the assemblies.</summary>
internal static class BuiltFile
{
    /// <summary>The path of one.</summary>
    /// <param name="name">Within the directory `out`.</param>
    public static string PathOf(string name) => Path.Combine(
        typeof(BuiltFile).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .Single(entry => entry.Key == "OutputDirectory").Value!,
        name);
}
