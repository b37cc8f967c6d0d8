namespace Nfqlb.EndToEnd.Lab;

/// <summary>The tests of this class wait more than they work, and measure no short time: they run while others of the
/// kind do. All other classes have the machine to themselves.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class BesideOthersAttribute : Attribute;
