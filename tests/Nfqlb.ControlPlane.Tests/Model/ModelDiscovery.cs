using Nfqlb.Packets;
using Nfqlb.Planning.Model;
using Nfqlb.Planning.Objects;

namespace Nfqlb.ControlPlane.Tests.Model;

/// <summary>Finds what a test says.</summary>
internal sealed class ModelDiscovery : IDiscovery
{
    private Dictionary<KubernetesService, IReadOnlyList<FoundTarget>> _found = [];

    public IReadOnlyList<KubernetesService> Followed { get; private set; } = [];

    public string? Problem { get; set; }

    /// <summary>Something else is found whenever somebody looks.</summary>
    public bool IsRestless { get; set; }

    /// <summary>So often somebody has looked.</summary>
    public int Looks { get; private set; }

    public FoundTargets Found
    {
        get
        {
            Looks++;
            return new(_found);
        }
    }

    public long Changes
    {
        get => IsRestless ? ++field : field;
        private set;
    }

    public IReadOnlyList<SourceState> States =>
        [.. Followed.Select(service => new SourceState($"kubernetes {service}") { Problem = Problem })];

    public void Follow(IReadOnlyList<KubernetesService> services) => Followed = services;

    /// <summary>These pods, by name and the last octet of an address of 172.16.1.0/24; another prefix is nowhere.
    /// </summary>
    public void Find(KubernetesService service, params (string Name, int Octet)[] pods) => Find(
        service,
        [
            .. pods.Select(pod => new FoundTarget(pod.Name)
            {
                Via4 = Address.FromIpv4(0xac100100 + (uint)pod.Octet),
            }),
        ]);

    public void Find(KubernetesService service, IReadOnlyList<FoundTarget> targets)
    {
        _found = new(_found) { [service] = targets };
        Changes++;
    }

    public IReadOnlyList<FoundTarget> FoundIn(KubernetesService service) => _found.GetValueOrDefault(service) ?? [];
}
