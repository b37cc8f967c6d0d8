namespace Nfqlb.Tests.Support;

/// <summary>Tests that measure time or memory: they run one by one, when nothing else does.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public class Measurements
{
    public const string Name = "Measurements";
}
