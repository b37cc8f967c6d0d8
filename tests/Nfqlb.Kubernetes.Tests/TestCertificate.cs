using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Nfqlb.Kubernetes.Tests;

/// <summary>A certificate for 127.0.0.1, which is its own authority.</summary>
internal sealed class TestCertificate
{
    public static readonly TestCertificate Good = new();
    public static readonly TestCertificate Another = new();

    private TestCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=test", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        var now = DateTimeOffset.UtcNow;
        Certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        Authority = Convert.ToBase64String(Encoding.UTF8.GetBytes(Certificate.ExportCertificatePem()));
    }

    public X509Certificate2 Certificate { get; }

    /// <summary>As PEM, as base64.</summary>
    public string Authority { get; }
}
