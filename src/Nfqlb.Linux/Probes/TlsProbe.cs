using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Nfqlb.Checks;
using Nfqlb.Linux.Interop;

namespace Nfqlb.Linux.Probes;

/// <summary>A GET over TLS is answered as it should be.</summary>
/// <remarks>On threads of the pool: the library that speaks TLS has its own way to wait.</remarks>
/// <param name="probe">What is to be done.</param>
internal sealed class TlsProbe(TargetProbe probe)
{
    /// <summary>Without it the runtime would end the process.</summary>
    private static readonly bool HasLibrary =
        NativeLibrary.TryLoad("libssl.so.3", out _) || NativeLibrary.TryLoad("libssl.so.1.1", out _);

    private Socket? _socket;
    private string _distrust = "";

    private CheckQuestion Question => probe.Question;

    /// <summary>Opens a socket, in the network namespace of this thread.</summary>
    /// <returns>False where it is over already.</returns>
    public bool TryOpen(out ProbeEnd end)
    {
        end = new ProbeEnd(CheckOutcome.Inconclusive, "https needs OpenSSL (libssl.so.3), which is not here");
        if (!HasLibrary)
        {
            return false;
        }
        try
        {
            var family = probe.Address.IsIpv4 ? AddressFamily.InterNetwork : AddressFamily.InterNetworkV6;
            _socket = new Socket(family, SocketType.Stream, ProtocolType.Tcp) { LingerState = new(true, 0) };
            _socket.SetRawSocketOption(LibC.SOL_SOCKET, LibC.SO_MARK, BitConverter.GetBytes(probe.Mark.Value));
            return true;
        }
        catch (SocketException e)
        {
            _socket?.Dispose();
            end = ProbeEnd.OfErrno(e.NativeErrorCode);
            return false;
        }
    }

    /// <summary>Asks, and judges the answer.</summary>
    public async Task<ProbeEnd> AskAsync()
    {
        using var socket = _socket!;
        using var timeout = new CancellationTokenSource(probe.Timeout);
        try
        {
            await socket.ConnectAsync(IPAddress.Parse(probe.Address.ToPlainString()), Question.Port, timeout.Token);
            await using var tls = new SslStream(new NetworkStream(socket));
            await tls.AuthenticateAsClientAsync(MakeOptions(), timeout.Token);
            await tls.WriteAsync(HttpRequest.Of(Question, probe.Address), timeout.Token);
            return await ReceiveAsync(tls, timeout.Token);
        }
        catch (OperationCanceledException)
        {
            return ProbeEnd.TimedOut;
        }
        catch (SocketException e)
        {
            return ProbeEnd.OfErrno(e.NativeErrorCode);
        }
        catch (AuthenticationException)
        {
            return Failed(_distrust.Length > 0 ? _distrust : "it does not speak TLS as we do");
        }
        catch (Exception e) when (e is CryptographicException or UnauthorizedAccessException or FileNotFoundException
            or DirectoryNotFoundException)
        {
            string reason = $"{Question.Authority}: no certificates can be read from it";
            return new ProbeEnd(CheckOutcome.Inconclusive, reason);
        }
        catch (IOException)
        {
            return Failed("the connection ended early");
        }
    }

    private static ProbeEnd Failed(string reason) => new(CheckOutcome.Failed, reason);

    private SslClientAuthenticationOptions MakeOptions()
    {
        var options = new SslClientAuthenticationOptions
        {
            TargetHost = Question.Host ?? probe.Address.ToPlainString(),
            RemoteCertificateValidationCallback = (_, _, _, errors) => Judge(errors),
        };
        if (Question is { Authority: { } path, Verifies: true })
        {
            options.CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
            };
            options.CertificateChainPolicy.CustomTrustStore.ImportFromPemFile(path);
        }
        return options;
    }

    private bool Judge(SslPolicyErrors errors)
    {
        _distrust = !Question.Verifies || errors == SslPolicyErrors.None ? ""
            : errors.HasFlag(SslPolicyErrors.RemoteCertificateNotAvailable) ? "it has no certificate"
            : errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch) ? "its certificate has another name"
            : "its certificate is not trusted";
        return _distrust.Length == 0;
    }

    private async Task<ProbeEnd> ReceiveAsync(SslStream tls, CancellationToken stop)
    {
        byte[] received = new byte[HttpAnswer.MostBytes];
        for (int length = 0; ;)
        {
            int more = await tls.ReadAsync(received.AsMemory(length), stop);
            length += more;
            if (HttpAnswer.TryJudge(received.AsSpan(0, length), isEnd: more == 0, Question, out string reason))
            {
                return reason.Length == 0 ? ProbeEnd.Passed : Failed(reason);
            }
        }
    }
}
