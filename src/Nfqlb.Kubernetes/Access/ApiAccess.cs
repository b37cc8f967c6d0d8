namespace Nfqlb.Kubernetes.Access;

/// <summary>Where it is written how the API server is reached.</summary>
public abstract record ApiAccess
{
    private ApiAccess()
    {
    }

    /// <summary>A kubeconfig file, and of it the current context.</summary>
    /// <param name="Path">The file.</param>
    public sealed record File(string Path) : ApiAccess;

    /// <summary>What a pod gets from its cluster.</summary>
    /// <param name="Host">The server's address (KUBERNETES_SERVICE_HOST); null outside of a cluster.</param>
    /// <param name="Port">Its port (KUBERNETES_SERVICE_PORT).</param>
    public sealed record Pod(string? Host, string? Port) : ApiAccess
    {
        /// <summary>The directory of token and certificates.</summary>
        public string Directory { get; init; } = "/var/run/secrets/kubernetes.io/serviceaccount";
    }
}
