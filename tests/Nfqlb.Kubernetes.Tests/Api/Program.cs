using System.Runtime.InteropServices;

namespace Nfqlb.Kubernetes.Tests.Api;

/// <summary>The scripted API server by itself, for tests that run an executable against it: `dotnet
/// Nfqlb.Kubernetes.Tests.dll PORT`. PUT and DELETE of an object change what there is.</summary>
internal static class Program
{
    public static async Task Main(string[] words)
    {
        await using var api = new ScriptedApi(int.Parse(words.Single()));
        await api.StartAsync();
        var end = new TaskCompletionSource();
        using var signal = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context =>
        {
            context.Cancel = true;
            end.TrySetResult();
        });
        Console.WriteLine("listening");
        await end.Task;
    }
}
