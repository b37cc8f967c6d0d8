using System.Net.Sockets;
using Nfqlb.Control;
using Nfqlb.Daemon.Settings;
using Nfqlb.Linux;

namespace Nfqlb.Daemon.Http;

/// <summary>The socket at an HTTP address, which nobody else has then.</summary>
internal static class HttpSocket
{
    /// <summary>Connections that wait to be served.</summary>
    public const int Backlog = 32;

    /// <summary>Takes the address. Who connects waits until it is served.</summary>
    /// <exception cref="SettingException">Somebody has it, or it is none of this machine.</exception>
    public static Socket Bind(HttpAddress address)
    {
        try
        {
            return BindOrThrow(address);
        }
        catch (SocketException e)
        {
            throw address.Refused(ControlAddress.Reason(e));
        }
    }

    private static Socket BindOrThrow(HttpAddress address)
    {
        // The kernel's word for it would be lost on the way: it comes back as an address that is not available.
        string? path = address.Path;
        if (path is not null && !Directory.Exists(Path.GetDirectoryName(path)))
        {
            throw address.Refused("no such directory");
        }
        var socket = ControlAddress.NewSocket(address.EndPoint);
        try
        {
            if (path is not null && File.Exists(path) && IsLeftOver(address))
            {
                File.Delete(path);
            }
            socket.Bind(address.EndPoint);
            if (path is not null)
            {
                // For its own user and root, whatever the umask.
                File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            }
            socket.Listen(Backlog);
            return socket;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            socket.Dispose();
            throw address.Refused(e.Message);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>A process that was killed leaves its socket's file behind, at which nobody listens.</summary>
    private static bool IsLeftOver(HttpAddress address)
    {
        using var probe = ControlAddress.NewSocket(address.EndPoint);
        try
        {
            probe.Connect(address.EndPoint);
            return false;
        }
        catch (SocketException e)
        {
            // What is no socket refuses too, but is not ours to delete.
            return e.SocketErrorCode == SocketError.ConnectionRefused && SocketFile.Is(address.Path!);
        }
    }
}
