using System.Text;
using Nfqlb.Planning.Kubernetes;
using Nfqlb.Planning.Model;

namespace Nfqlb.Planning.Tests.Kubernetes;

public class KubeconfigTests
{
    private const string Good = """
        apiVersion: v1
        kind: Config
        current-context: prod
        preferences: {}
        contexts:
        - name: test
          context: {cluster: t, user: u}
        - context:
            cluster: c
            namespace: lb
            user: u
          name: prod
        clusters:
        - cluster:
            certificate-authority-data: LS0tLS1CRUdJTg==
            server: https://10.0.0.1:6443
          name: c
        users:
        - name: u
          user: {token: "abc", client-certificate: tls.crt, client-key: tls.key}
        """;

    [Fact]
    public void The_current_context_says_where_and_who()
    {
        var config = Read(Good);
        Assert.Equal("https://10.0.0.1:6443/", $"{config.Server}");
        Assert.Equal("-----BEGIN", config.Authority);
        Assert.Equal(("abc", "tls.crt", "tls.key"), (config.Token, config.CertificateFile, config.KeyFile));
        Assert.False(config.IsTrustedBlindly);
    }

    [Theory]
    [InlineData("current-context: prod", "current-context: other", "contexts: there is no [other]")]
    [InlineData("current-context: prod", "", "no current-context")]
    [InlineData("cluster: c\n", "cluster: d\n", "clusters: there is no [d]")]
    [InlineData("https://10.0.0.1:6443", "ftp://a", "server: [ftp://a/] is no https or http URL")]
    [InlineData("LS0tLS1CRUdJTg==", "LS0t!", "certificate-authority-data: not base64")]
    [InlineData("token: \"abc\"", "exec: {command: aws}",
        "users: [exec] is not supported: a token, a token file or a client certificate is")]
    public void What_cannot_be_used_is_told_and_no_secret_with_it(string part, string other, string expected)
    {
        string text = Good.Replace(part, other);
        Assert.NotEqual(Good, text);
        string told = Assert.Throws<InvalidStateException>(() => Read(text)).Message;
        Assert.Equal(expected.Replace("ftp://a/", "ftp://a"), told);
    }

    [Fact]
    public void What_is_no_yaml_is_told_by_its_line() =>
        Assert.StartsWith("line 1: ", Assert.Throws<InvalidStateException>(() => Read("[")).Message);

    private static Kubeconfig Read(string text) => Kubeconfig.Read(Encoding.UTF8.GetBytes(text));
}
