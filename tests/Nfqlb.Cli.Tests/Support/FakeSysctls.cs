using Nfqlb.Linux.Sysctl;

namespace Nfqlb.Cli.Tests.Support;

/// <summary>Settings of no kernel.</summary>
internal sealed class FakeSysctls(params (string Name, string Value)[] settings) : ISysctls
{
    public string? Read(string name) =>
        settings.FirstOrDefault(setting => setting.Name == name) is { Name: not null } found ? found.Value : null;
}
