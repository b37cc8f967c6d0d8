using System.Reflection;

namespace Nfqlb.Control;

/// <summary>The version of this program.</summary>
public static class ProductVersion
{
    /// <summary>As `nfqlb version` prints it.</summary>
    public static string Text { get; } = typeof(ProductVersion).Assembly
        .GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;
}
