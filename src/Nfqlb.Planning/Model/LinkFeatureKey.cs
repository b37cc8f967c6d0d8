namespace Nfqlb.Planning.Model;

/// <summary>Which feature of which link.</summary>
/// <param name="Link">The link's name.</param>
/// <param name="Name">The feature's, as `ethtool -k` lists it.</param>
public sealed record LinkFeatureKey(string Link, string Name);
