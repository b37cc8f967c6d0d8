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
        var loops = new Dictionary<QueueNumber, QueueLoop>();
        var bound = new List<PacketQueue>();
        try
        {
            foreach (var number in queues.Numbers)
            {
                var queue = PacketQueue.Open(number, queueOptions);
                bound.Add(queue);
                loops[number] = new QueueLoop(queue, new Classifier(loops.Count, flows, classifierOptions));
            }
            return Host(flows, loops, listener, signals);
        }
        finally
        {
            bound.ForEach(queue => queue.Dispose());
        }
    }

    private static int Host(
        FlowTable flows, Dictionary<QueueNumber, QueueLoop> loops, ControlListener listener, StopOnSignal signals)
    {
        var pools = new PoolCatalog(flows);
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(settings: null);
        builder.Services
            .AddSingleton<IHostLifetime>(signals)
            .AddSingleton(services => new QueueWorkers(
                loops, services.GetRequiredService<IHostApplicationLifetime>()))
            .AddHostedService(services => services.GetRequiredService<QueueWorkers>())
            .AddHostedService(_ => new PoolWatch(pools))
            .AddHostedService(_ => new ControlServer(listener.Socket, new FlowActions(flows, pools)));
        using var host = builder.Build();
        var workers = host.Services.GetRequiredService<QueueWorkers>();
        var others = host.Services.GetServices<IHostedService>().OfType<BackgroundService>().ToArray();
        signals.Stops(host.Services.GetRequiredService<IHostApplicationLifetime>());
        host.Run();
        return workers.HasFailed || HasFailed(others) ? ExitCode.Failed : ExitCode.Fine;
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
