using k8s;
using Nfqlb.Tests.Support;
using YamlDotNet.Core;

namespace Nfqlb.Kubernetes.Tests;

/// <summary>What the examples render is what the schemas have that Kubernetes publishes: the types of its client for
/// .NET are generated from them.</summary>
public class ManifestSchemaTests
{
    private static readonly string[] Kinds =
    [
        "ConfigMap", "DaemonSet", "Deployment", "Namespace", "PodDisruptionBudget", "Role", "RoleBinding", "Secret",
        "Service", "ServiceAccount",
    ];

    [KernelTheory, MemberData(nameof(ManifestTests.Bases), MemberType = typeof(ManifestTests))]
    public void Every_field_is_one_of_the_published_schema(string name)
    {
        string rendered = Kubectl.Run("kustomize", Path.Combine(Repository.Root, ManifestTests.Folder, name));
        var objects = KubernetesYaml.LoadAllFromString(rendered, strict: true);
        var kinds = objects.Cast<IKubernetesObject>().Select(one => one.Kind).ToList();
        Assert.All(kinds, kind => Assert.Contains(kind, Kinds));
        Assert.Contains(kinds, kind => kind is "DaemonSet" or "Deployment");
        Assert.Equal(rendered.Split("\n---\n").Length, objects.Count);
    }

    /// <summary>Else the test above could not fail.</summary>
    [KernelTheory]
    [InlineData("readOnlyRootFilesystem:", "readOnlyRootFileSystem:")]
    [InlineData("maxUnavailable: 1", "maxUnavailable: {few: 1}")]
    [InlineData("hostNetwork: true", "hostNetwork: perhaps")]
    [InlineData("periodSeconds:", "periodSecond:")]
    public void A_field_that_the_schema_has_not_is_refused(string right, string wrong)
    {
        string rendered = Kubectl.Run("kustomize", Path.Combine(Repository.Root, ManifestTests.Folder, "serve"));
        Assert.Contains(right, rendered);
        Assert.ThrowsAny<YamlException>(
            () => KubernetesYaml.LoadAllFromString(rendered.Replace(right, wrong), strict: true));
    }
}
