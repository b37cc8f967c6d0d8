using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Nfqlb.Checks;
using Nfqlb.Linux.Probes;
using Nfqlb.Packets;

namespace Nfqlb.Linux.Tests.Probes;

/// <summary>Checks over TLS, of a real server with a certificate of its own.</summary>
public sealed class TlsProbeTests : IDisposable
{
    private const string Site = "www.example.org";

    private static readonly TimeSpan Long = TimeSpan.FromSeconds(10);

    private readonly Prober _prober = new();
    private readonly string _authority = Path.GetTempFileName();
    private readonly X509Certificate2 _certificate = Make();

    public TlsProbeTests() => File.WriteAllText(_authority, _certificate.ExportCertificatePem());

    public void Dispose()
    {
        _prober.Dispose();
        _certificate.Dispose();
        File.Delete(_authority);
    }

    [KernelTheory]
    [InlineData(Site, true, true, "200 OK", CheckOutcome.Passed, "")]
    [InlineData(Site, true, true, "503 No", CheckOutcome.Failed, "status 503")]
    [InlineData("other.example.org", true, true, "200 OK", CheckOutcome.Failed, "its certificate has another name")]
    [InlineData(Site, true, false, "200 OK", CheckOutcome.Failed, "its certificate is not trusted")]
    [InlineData(Site, false, false, "200 OK", CheckOutcome.Passed, "")]
    public void A_certificate_is_judged_and_then_the_page(
        string host, bool verifies, bool isGiven, string status, CheckOutcome outcome, string reason)
    {
        using var server = Serve($"HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n");
        var result = Ask(Question(server) with
        {
            Host = host, Verifies = verifies, Authority = isGiven ? _authority : null,
        });
        Assert.Equal((outcome, reason), (result.Outcome, result.Reason));
    }

    [KernelFact]
    public void What_is_no_server_or_speaks_no_TLS_fails_and_a_file_that_is_missing_says_nothing()
    {
        var server = Serve("");
        var question = Question(server);
        var missing = Ask(question with { Authority = "/nowhere.pem" });
        Assert.Equal(
            (CheckOutcome.Inconclusive, "/nowhere.pem: no certificates can be read from it"),
            (missing.Outcome, missing.Reason));
        server.Dispose();
        Assert.Equal("Connection refused", Ask(question).Reason);

        using var plain = new TcpListener(IPAddress.Loopback, 0);
        plain.Start();
        _ = Task.Run(async () =>
        {
            using var client = await plain.AcceptTcpClientAsync();
            await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes("HTTP/1.1 400 No\r\n\r\n"));
            _ = await client.GetStream().ReadAsync(new byte[1000]);
        });
        Assert.Equal(CheckOutcome.Failed, Ask(Question(plain)).Outcome);

        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        Assert.Equal(CheckOutcome.TimedOut, Ask(Question(silent), TimeSpan.FromMilliseconds(300)).Outcome);
    }

    [KernelFact]
    public void As_many_as_there_is_room_for_end_all()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start(backlog: 100);
        const int count = 40;
        for (int key = 0; key < count; key++)
        {
            _prober.Start(key, Probe(Question(silent), TimeSpan.FromMilliseconds(200)));
        }
        Assert.Equal(count, _prober.Running);
        var answers = new List<ProbeAnswer>();
        while (_prober.Running > 0)
        {
            _prober.Wait(_prober.Now + Long, answers);
        }
        Assert.Equal(Enumerable.Range(0, count), answers.Select(answer => answer.Key).Order());
    }

    private static X509Certificate2 Make()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={Site}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(Site);
        request.CertificateExtensions.Add(names.Build());
        var now = DateTimeOffset.UtcNow;
        using var signed = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(signed.Export(X509ContentType.Pkcs12), password: null);
    }

    private static CheckQuestion Question(TcpListener server) => new(CheckKind.Https)
    {
        Port = (ushort)((IPEndPoint)server.LocalEndpoint).Port,
    };

    private static TargetProbe Probe(CheckQuestion question, TimeSpan timeout) =>
        new(question, Address.FromIpv4(0x7f000001), new(1), timeout);

    private TcpListener Serve(string answer)
    {
        var server = new TcpListener(IPAddress.Loopback, 0);
        server.Start();
        _ = Task.Run(async () =>
        {
            using var client = await server.AcceptTcpClientAsync();
            await using var tls = new SslStream(client.GetStream());
            await tls.AuthenticateAsServerAsync(_certificate);
            _ = await tls.ReadAsync(new byte[1000]);
            await tls.WriteAsync(Encoding.ASCII.GetBytes(answer));
            _ = await tls.ReadAsync(new byte[1]);
        });
        return server;
    }

    private CheckResult Ask(CheckQuestion question, TimeSpan? timeout = null)
    {
        _prober.Start(7, Probe(question, timeout ?? Long));
        var answers = new List<ProbeAnswer>();
        while (answers.Count == 0)
        {
            _prober.Wait(_prober.Now + Long, answers);
        }
        return Assert.Single(answers).Result;
    }
}
