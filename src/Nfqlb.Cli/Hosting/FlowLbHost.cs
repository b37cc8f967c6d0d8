using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Nfqlb.Cli.CommandLine;
using Nfqlb.Cli.Control;
using Nfqlb.Flows;
using Nfqlb.Linux;
using Nfqlb.Linux.Queue;

namespace Nfqlb.Cli.Hosting;

/// <summary>Puts a balancer together from its parts and runs it until it is told to stop.</summary>
internal static class FlowLbHost
{
    /// <summary>Blocks until SIGTERM or SIGINT, or until a worker fails.</summary>
    /// <returns>The exit code of the program.</returns>
    /// <exception cref="UsageException">The control address is taken.</exception>
    /// <exception cref="SystemCallException">A queue cannot be bound.</exception>
    public static int Run(QueueRange queues, QueueOptions queueOptions, ClassifierOptions classifierOptions)
    {
        using var signals = new StopOnSignal();
        using var listener = ControlListener.Open();
        var flows = new FlowTable(queues.Count);
        var workers = new List<Worker>();
        try
        {
            foreach (var number in queues.Numbers)
            {
                var queue = PacketQueue.Open(number, queueOptions);
                var classifier = new Classifier(workers.Count, flows, classifierOptions);
                workers.Add(new Worker(queue, new QueueLoop(queue, classifier), classifier));
            }
            return Host(flows, workers, listener, signals);
        }
        finally
        {
            workers.ForEach(worker => worker.Queue.Dispose());
        }
    }

    private static int Host(
        FlowTable flows, List<Worker> workers, ControlListener listener, StopOnSignal signals)
    {
        var pools = new PoolCatalog(flows);
        var actions = new FlowActions(flows, pools, new CounterListing(workers, flows));
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(settings: null);
        builder.Services
            .AddSingleton<IHostLifetime>(signals)
            .AddSingleton(services => new QueueWorkers(
                workers, services.GetRequiredService<IHostApplicationLifetime>()))
            .AddHostedService(services => services.GetRequiredService<QueueWorkers>())
            .AddHostedService(_ => new PoolWatch(pools))
            .AddHostedService(_ => new ControlServer(listener.Socket, actions));
        using var host = builder.Build();
        var queueWorkers = host.Services.GetRequiredService<QueueWorkers>();
        var others = host.Services.GetServices<IHostedService>().OfType<BackgroundService>().ToArray();
        signals.Stops(host.Services.GetRequiredService<IHostApplicationLifetime>());
        host.Run();
        return queueWorkers.HasFailed || HasFailed(others) ? ExitCode.Failed : ExitCode.Fine;
    }

    /// <summary>The host ends when one of these does, but says neither that nor why.</summary>
    private static bool HasFailed(BackgroundService[] services)
    {
        Exception[] failures =
            [.. services.Select(service => service.ExecuteTask?.Exception?.GetBaseException()).OfType<Exception>()];
        foreach (var failure in failures)
        {
            Output.Complaint.WriteLine($"flowlb failed: {failure.Message}");
        }
        return failures.Length > 0;
    }
}
