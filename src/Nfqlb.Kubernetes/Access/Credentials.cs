using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Nfqlb.Kubernetes.Wire;
using Nfqlb.Linux;
using Nfqlb.Planning.Kubernetes;
using Nfqlb.Planning.Model;

namespace Nfqlb.Kubernetes.Access;

/// <summary>Where the server is, whom it is trusted by, and who asks, as files say now.</summary>
/// <remarks>Two are equal when a connection of one serves the other too; the token is said with each request.</remarks>
internal sealed record Credentials(Uri Server)
{
    private const int MostBytes = 1 << 20;

    /// <summary>The certificates that are trusted, as PEM; null for those of the system.</summary>
    public string? Authority { get; private init; }

    /// <summary>The server's certificate is not looked at.</summary>
    public bool IsTrustedBlindly { get; private init; }

    /// <summary>The name in the server's certificate; null for that of its address.</summary>
    public string? ServerName { get; private init; }

    /// <summary>The client's certificate, as PEM; null for none.</summary>
    public string? Certificate { get; private init; }

    /// <summary>Its key, as PEM.</summary>
    public string? Key { get; private init; }

    /// <summary>Reads the files, and the token.</summary>
    /// <exception cref="ApiException">One cannot be used.</exception>
    public static (Credentials Credentials, string? Token) Read(ApiAccess access)
    {
        switch (access)
        {
            case ApiAccess.File { Path: var path }:
                return Read(path);
            case ApiAccess.Pod { Host: { Length: > 0 } host, Port: { Length: > 0 } port } pod:
                // An IPv6 address comes without brackets.
                string authority = host.Contains(':') ? $"[{host}]:{port}" : $"{host}:{port}";
                if (!Uri.TryCreate($"https://{authority}/", UriKind.Absolute, out var server))
                {
                    throw new ApiException($"[{PlainText.Visible(authority)}] is no address of an API server");
                }
                return (
                    new Credentials(server) { Authority = Text(Path.Combine(pod.Directory, "ca.crt")) },
                    Text(Path.Combine(pod.Directory, "token")).Trim());
            default:
                throw new ApiException("this is no pod of a cluster, and no kubeconfig file is named");
        }
    }

    /// <summary>What TLS needs of it.</summary>
    /// <exception cref="ApiException">A certificate or key cannot be used.</exception>
    public SslClientAuthenticationOptions ToTls()
    {
        var tls = new SslClientAuthenticationOptions { TargetHost = ServerName };
        try
        {
            if (Authority is not null)
            {
                var trusted = new X509Certificate2Collection();
                trusted.ImportFromPem(Authority);
                tls.CertificateChainPolicy = new X509ChainPolicy
                {
                    TrustMode = X509ChainTrustMode.CustomRootTrust,
                    RevocationMode = X509RevocationMode.NoCheck,
                };
                tls.CertificateChainPolicy.CustomTrustStore.AddRange(trusted);
            }
            if (Certificate is not null)
            {
                tls.ClientCertificates = [X509Certificate2.CreateFromPem(Certificate, Key)];
            }
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            throw new ApiException("a certificate or key cannot be used", e);
        }
        if (IsTrustedBlindly)
        {
            tls.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
        }
        return tls;
    }

    private static (Credentials, string?) Read(string path)
    {
        Kubeconfig config;
        try
        {
            config = Kubeconfig.Read(Encoding.UTF8.GetBytes(Text(path)));
        }
        catch (InvalidStateException e)
        {
            throw new ApiException($"{PlainText.Visible(path)}: {e.Message}", e);
        }
        string? directory = Path.GetDirectoryName(Path.GetFullPath(path));
        string? OrFile(string? text, string? file) =>
            text ?? (file is null ? null : Text(Path.Combine(directory ?? "/", file)));
        var credentials = new Credentials(config.Server)
        {
            Authority = OrFile(config.Authority, config.AuthorityFile),
            IsTrustedBlindly = config.IsTrustedBlindly,
            ServerName = config.ServerName,
            Certificate = OrFile(config.Certificate, config.CertificateFile),
            Key = OrFile(config.Key, config.KeyFile),
        };
        return (credentials, OrFile(config.Token, config.TokenFile)?.Trim());
    }

    private static string Text(string path)
    {
        try
        {
            using var stream = RegularFile.OpenRead(path);
            var bytes = new byte[MostBytes];
            int count = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            return count < bytes.Length
                ? Encoding.UTF8.GetString(bytes, 0, count)
                : throw new ApiException($"{PlainText.Visible(path)}: more than {MostBytes >> 20} MiB");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ApiException($"{PlainText.Visible(path)}: {FileFailure.Reason(path, e)}", e);
        }
    }
}
