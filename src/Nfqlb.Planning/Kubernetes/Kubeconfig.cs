using System.Text;
using Nfqlb.Planning.Documents;
using Nfqlb.Planning.Model;

namespace Nfqlb.Planning.Kubernetes;

/// <summary>Where an API server is, and who asks it: what the current context of a kubeconfig file says.</summary>
/// <remarks>Names of files are as they stand there: relative ones are beside the kubeconfig file.</remarks>
public sealed record Kubeconfig(Uri Server)
{
    /// <summary>The certificates that are trusted, as PEM; null for those of the system or of a file.</summary>
    public string? Authority { get; init; }

    /// <summary>The file of the certificates that are trusted.</summary>
    public string? AuthorityFile { get; init; }

    /// <summary>The server's certificate is not looked at.</summary>
    public bool IsTrustedBlindly { get; init; }

    /// <summary>The name in the server's certificate; null for that of its address.</summary>
    public string? ServerName { get; init; }

    /// <summary>Said in each request.</summary>
    public string? Token { get; init; }

    /// <summary>The file of the token.</summary>
    public string? TokenFile { get; init; }

    /// <summary>The client's certificate, as PEM.</summary>
    public string? Certificate { get; init; }

    /// <summary>The file of the client's certificate.</summary>
    public string? CertificateFile { get; init; }

    /// <summary>The client's key, as PEM.</summary>
    public string? Key { get; init; }

    /// <summary>The file of the client's key.</summary>
    public string? KeyFile { get; init; }

    /// <summary>Reads a kubeconfig file.</summary>
    /// <param name="utf8">All of it.</param>
    /// <exception cref="InvalidStateException">It cannot be used, with the reason; no secret is in it.</exception>
    public static Kubeconfig Read(ReadOnlySpan<byte> utf8)
    {
        DocumentNode tree;
        try
        {
            tree = Document.Parse(utf8);
        }
        catch (DocumentException e)
        {
            throw new InvalidStateException($"line {e.Line}: {e.Message}");
        }
        string current = TextOf(tree, "current-context") ?? throw new InvalidStateException("no current-context");
        var context = Named(tree, "contexts", "context", current);
        var cluster = Named(tree, "clusters", "cluster", TextOf(context, "cluster") ?? "");
        string server = TextOf(cluster, "server") ?? "";
        if (!Uri.TryCreate(server.TrimEnd('/') + "/", UriKind.Absolute, out var uri)
            || uri.Scheme is not ("https" or "http"))
        {
            throw new InvalidStateException($"server: [{PlainText.Visible(server)}] is no https or http URL");
        }
        var user = TextOf(context, "user") is { Length: > 0 } name ? Named(tree, "users", "user", name) : null;
        return WithUser(user, new Kubeconfig(uri)
        {
            Authority = DecodedOf(cluster, "certificate-authority-data"),
            AuthorityFile = TextOf(cluster, "certificate-authority"),
            IsTrustedBlindly = TextOf(cluster, "insecure-skip-tls-verify") == "true",
            ServerName = TextOf(cluster, "tls-server-name"),
        });
    }

    private static Kubeconfig WithUser(DocumentNode? user, Kubeconfig config)
    {
        foreach (string key in (string[])["exec", "auth-provider", "username", "as"])
        {
            if ((user as MapNode)?.Get(key) is not null)
            {
                throw new InvalidStateException(
                    $"users: [{key}] is not supported: a token, a token file or a client certificate is");
            }
        }
        return user is null ? config : config with
        {
            Token = TextOf(user, "token"),
            TokenFile = TextOf(user, "tokenFile"),
            Certificate = DecodedOf(user, "client-certificate-data"),
            CertificateFile = TextOf(user, "client-certificate"),
            Key = DecodedOf(user, "client-key-data"),
            KeyFile = TextOf(user, "client-key"),
        };
    }

    private static DocumentNode Named(DocumentNode tree, string list, string kind, string name)
    {
        foreach (var item in ((tree as MapNode)?.Get(list) as ListNode)?.Items ?? [])
        {
            if (TextOf(item, "name") == name && (item as MapNode)?.Get(kind) is { } found)
            {
                return found;
            }
        }
        throw new InvalidStateException($"{list}: there is no [{PlainText.Visible(name)}]");
    }

    private static string? TextOf(DocumentNode? node, string key) =>
        (node as MapNode)?.Get(key) is ScalarNode { ScalarKind: not ScalarKind.Nothing } scalar ? scalar.Text : null;

    private static string? DecodedOf(DocumentNode? node, string key)
    {
        if (TextOf(node, key) is not { } text)
        {
            return null;
        }
        var bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text, bytes, out int count)
            ? Encoding.UTF8.GetString(bytes, 0, count)
            : throw new InvalidStateException($"{key}: not base64");
    }
}
