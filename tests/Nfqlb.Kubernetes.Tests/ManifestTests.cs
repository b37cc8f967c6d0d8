using System.Text;
using System.Text.RegularExpressions;
using Nfqlb.Planning.Documents;
using Nfqlb.Planning.Model;
using Nfqlb.Tests.Support;
using YamlDotNet.RepresentationModel;

namespace Nfqlb.Kubernetes.Tests;

/// <summary>The examples render, and each object in them fits the others.</summary>
public class ManifestTests
{
    public const string Folder = "examples/kubernetes";

    private static readonly Dictionary<string, YamlMappingNode[]> Rendered = [];

    public static TheoryData<string> Bases => ["serve", "flowlb", "fast-path"];

    [KernelTheory, MemberData(nameof(Bases))]
    public void Containers_may_do_what_they_need_and_no_more(string name)
    {
        var pod = Pod(name);
        foreach (var container in Items(pod, "containers"))
        {
            var security = At(container, "securityContext")!;
            Assert.Equal("false", Text(security, "allowPrivilegeEscalation"));
            Assert.Equal("true", Text(security, "readOnlyRootFilesystem"));
            Assert.Equal(["ALL"], Texts(security, "capabilities", "drop"));
            string[] expected = Text(container, "name") == "bird" ? ["NET_ADMIN", "NET_BIND_SERVICE", "NET_RAW"]
                : name == "fast-path" ? ["NET_ADMIN", "BPF", "PERFMON"]
                : ["NET_ADMIN"];
            Assert.Equal(expected, Texts(security, "capabilities", "add"));
            Assert.Null(At(security, "privileged"));
        }
        Assert.Equal("RuntimeDefault", Text(pod, "securityContext", "seccompProfile", "type"));
    }

    [KernelTheory, MemberData(nameof(Bases))]
    public void What_is_named_is_there(string name)
    {
        var pod = Pod(name);
        var volumes = Items(pod, "volumes").ToDictionary(volume => Text(volume, "name")!);
        foreach (var container in Items(pod, "containers"))
        {
            Assert.All(
                Items(container, "volumeMounts"), mount => Assert.True(volumes.ContainsKey(Text(mount, "name")!)));
            var ports = Items(container, "ports").Select(port => Text(port, "name")).ToList();
            foreach (string probe in (string[])["startupProbe", "livenessProbe", "readinessProbe"])
            {
                if (At(container, probe) is { } given)
                {
                    Assert.Contains(Text(given, "httpGet", "port"), ports);
                    Assert.Matches("^/(healthz|readyz)$", Text(given, "httpGet", "path"));
                }
            }
        }
        foreach (var volume in volumes.Values)
        {
            if (Text(volume, "secret", "secretName") is { } secret)
            {
                Assert.Contains(Objects(name), one => Is(one, "Secret", secret));
            }
            if (Text(volume, "configMap", "name") is { } map)
            {
                Assert.Contains(Objects(name), one => Is(one, "ConfigMap", map));
            }
        }
        var labels = At(Workload(name), "spec", "template", "metadata", "labels");
        var budget = Objects(name).Single(one => Text(one, "kind") == "PodDisruptionBudget");
        Assert.Equal(labels, At(Workload(name), "spec", "selector", "matchLabels"));
        Assert.Equal(labels, At(budget, "spec", "selector", "matchLabels"));
        if (Text(pod, "serviceAccountName") is { } account)
        {
            Assert.Contains(Objects(name), one => Is(one, "ServiceAccount", account));
        }
    }

    [KernelTheory, MemberData(nameof(Bases))]
    public void Every_option_is_one_that_the_documentation_has(string name)
    {
        string documentation = Repository.Read("docs/commands.md");
        var balancer = Items(Pod(name), "containers").First();
        string[] words = Texts(balancer, "args");
        Assert.Contains($"`{words[0]} ", documentation);
        Assert.All(words[1..], word => Assert.Contains($"`{Regex.Match(word, "^--[a-z-]+").Value}=", documentation));
        Assert.Equal(
            Pod(name) is var pod && Text(pod, "hostNetwork") == "true" ? "serve" : "flowlb", words[0]);
    }

    /// <summary>The file asks for a Service that its account may look at, in the namespace where it may.</summary>
    [KernelFact]
    public void The_account_may_list_and_watch_the_slices_that_the_file_asks_for()
    {
        var places = new FoundPlaces(FoundTargets.None);
        byte[] file = Encoding.UTF8.GetBytes(Repository.Read($"{Folder}/serve/lb.yaml"));
        new DocumentSource("lb.yaml", file).Read(SlotsInUse.None, places);
        var service = Assert.Single(places.Services);
        Assert.False(service.NeedsPods);

        var role = Objects("serve").Single(one => Text(one, "kind") == "Role");
        var binding = Objects("serve").Single(one => Text(one, "kind") == "RoleBinding");
        Assert.Equal(service.Namespace, Text(role, "metadata", "namespace"));
        Assert.Equal(service.Namespace, Text(binding, "metadata", "namespace"));
        Assert.Equal(Text(role, "metadata", "name"), Text(binding, "roleRef", "name"));
        Assert.Equal(Text(Pod("serve"), "serviceAccountName"), Text(Items(binding, "subjects").Single(), "name"));
        var rule = Items(role, "rules").Single();
        Assert.Equal(["discovery.k8s.io"], Texts(rule, "apiGroups"));
        Assert.Equal(["endpointslices"], Texts(rule, "resources"));
        Assert.Equal(["list", "watch"], Texts(rule, "verbs"));
    }

    private static YamlMappingNode[] Objects(string name)
    {
        lock (Rendered)
        {
            if (!Rendered.TryGetValue(name, out var objects))
            {
                var stream = new YamlStream();
                stream.Load(new StringReader(Kubectl.Run("kustomize", Path.Combine(Repository.Root, Folder, name))));
                Rendered[name] = objects = [.. stream.Documents.Select(one => (YamlMappingNode)one.RootNode)];
            }
            return objects;
        }
    }

    private static YamlNode Workload(string name) =>
        Objects(name).Single(one => Text(one, "kind") is "DaemonSet" or "Deployment");

    private static YamlNode Pod(string name) => At(Workload(name), "spec", "template", "spec")!;

    private static bool Is(YamlNode one, string kind, string name) => Text(one, "kind") == kind
        && Regex.IsMatch(Text(one, "metadata", "name")!, $"^{name}$");

    private static YamlNode? At(YamlNode? node, params ReadOnlySpan<string> path)
    {
        foreach (string key in path)
        {
            node = (node as YamlMappingNode)?.Children.TryGetValue(key, out var next) == true ? next : null;
        }
        return node;
    }

    private static string? Text(YamlNode node, params ReadOnlySpan<string> path) =>
        (At(node, path) as YamlScalarNode)?.Value;

    private static IEnumerable<YamlNode> Items(YamlNode node, string key) =>
        (At(node, key) as YamlSequenceNode)?.Children ?? Enumerable.Empty<YamlNode>();

    private static string[] Texts(YamlNode node, params ReadOnlySpan<string> path) =>
        [.. ((YamlSequenceNode)At(node, path)!).Children.Select(one => ((YamlScalarNode)one).Value!)];
}
