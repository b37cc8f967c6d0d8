using Nfqlb.Cli.CommandLine;
using Nfqlb.ControlPlane.Follow;
using Nfqlb.ControlPlane.Store;
using Nfqlb.Daemon.Hosting;
using Nfqlb.Daemon.Settings;
using Nfqlb.Flows;
using Nfqlb.Kubernetes.Access;
using Nfqlb.Planning.Documents;

namespace Nfqlb.Cli.Commands;

/// <summary>A balancer that brings about what files ask for, and keeps it so, until it is told to stop.</summary>
internal sealed class ServeCommand : Command
{
    private const int MostWaitMs = 20_000;

    private static readonly int LeastWaitMs = (int)FollowSettings.LeastWithdrawWait.TotalMilliseconds;

    private static readonly Option Config =
        new("config", "What is asked for: a file, YAML or JSON, or a directory of such. Several are one")
        {
            IsRequired = true,
            Values = ValueSet.Files,
        };
    private static readonly Option Adopt =
        new("adopt", "Take over pools and flows of others that stand where the file puts its own") { IsSwitch = true };
    private static readonly Option ResetOnExit =
        new("reset-on-exit", "At the end, take away all that was asked for") { IsSwitch = true };

    private static readonly Option Kubeconfig =
        new("kubeconfig", "How the API of Kubernetes is reached, where the file has targets from it")
        {
            Default = "as a pod of its cluster",
            Values = ValueSet.Files,
        };

    private static readonly Option WithdrawWait =
        new("withdraw-wait", "At the end, go on for so many milliseconds after announcements were withdrawn")
        {
            Default = $"{LeastWaitMs}",
        };

    public override string Name => "serve";

    public override string Usage => """
        serve --config=FILE|DIR [options]
          Balance packets as a file asks for, in the foreground.
          Pools, targets, flows, VIPs, rules and routes match it, whoever changes them.
          Options as of flowlb; queues, bits of marks and fast path are those of the file, unless they are given.
        """;

    public override string[] Examples =>
    [
        "nfqlb serve --config=/etc/nfqlb/nfqlb.yaml --http=127.0.0.1:9100",
        "nfqlb serve --config=/etc/nfqlb/nfqlb.yaml --takeover   # goes on with what another one does, which ends",
    ];

    public override Option[] Options =>
        [Config, Kubeconfig, Adopt, ResetOnExit, WithdrawWait, .. BalancerOptions.All, .. ServiceOptions.All];

    protected override int Run(Arguments arguments)
    {
        var follow = new FollowSettings(arguments.Texts(Config), StoreName.Value)
        {
            Cluster = arguments.Text(Kubeconfig) is { } file ? new ApiAccess.File(file) : new ApiAccess.Pod(
                Environment.GetEnvironmentVariable("KUBERNETES_SERVICE_HOST"),
                Environment.GetEnvironmentVariable("KUBERNETES_SERVICE_PORT")),
            Adopts = arguments.Has(Adopt),
            TakesAllAway = arguments.Has(ResetOnExit),
            WithdrawWait = TimeSpan.FromMilliseconds(
                arguments.Number(WithdrawWait, LeastWaitMs, LeastWaitMs, MostWaitMs)),
        };

        // Before anything is bound or taken over.
        var asked = StateStore.ReadAhead(follow.Store);
        var files = new SourceFiles(follow.Files).Read();
        CollectionPause.BeginForFiles(files.Sum(file => (long)file.Utf8.Length));
        var source = KnownFiles.Find(follow.Store, files, asked) ?? new DocumentSource(files);
        var document = source.Known ?? source.Read(SlotsInUse.None);
        var fastPath = FastPathOptions.Read(arguments, document.FastPath);
        var settings = BalancerOptions.Read(arguments, document) with
        {
            FastPath = fastPath.With(document.FastPath),
            MayGetFastPath = true,
        };
        var service = ServiceOptions.Read(arguments) with
        {
            Follow = follow with
            {
                FastPath = fastPath,
                Checked = source,
                Asked = source.Known is null ? [] : StateStore.Look(follow.Store).Flows,
            },
        };
        return BalancerOptions.Run(settings, () => FlowBalancer.Run(settings, service));
    }
}
