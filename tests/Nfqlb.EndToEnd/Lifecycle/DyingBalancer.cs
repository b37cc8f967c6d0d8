using Nfqlb.EndToEnd.Lab;

namespace Nfqlb.EndToEnd.Lifecycle;

/// <summary>A balancer that takes over and dies when it is about to answer its first packets, before it can say that it
/// reads.</summary>
internal sealed class DyingBalancer
{
    private const string Library = "/dev/shm/dying.so";

    private const string Source = """
        #define _GNU_SOURCE
        #include <dlfcn.h>
        #include <signal.h>
        #include <string.h>
        #include <sys/socket.h>
        #include <unistd.h>

        ssize_t send(int fd, const void *bytes, size_t length, int flags)
        {
            static ssize_t (*real)(int, const void *, size_t, int);
            const unsigned char *at = bytes;
            if (length == 7 && !memcmp(bytes, "running", 7))
                pause();
            if (length >= 16 && at[5] == 3 && (at[4] == 1 || at[4] == 3)) /* a verdict, or one of a batch */
                kill(getpid(), SIGKILL);
            if (!real)
                *(void **)&real = dlsym(RTLD_NEXT, "send");
            return real(fd, bytes, length, flags);
        }
        """;

    private readonly NetworkNamespace _host;

    /// <summary>Gets ready to start some.</summary>
    /// <param name="host">Where.</param>
    public DyingBalancer(NetworkNamespace host)
    {
        _host = host;
        host.Shell($"""
            gcc -shared -fPIC -o {Library} -x c - <<'end'
            {Source}
            end
            """);
    }

    /// <summary>Lives and dies.</summary>
    /// <param name="options">Beside the queues.</param>
    public void TakeOver(params IReadOnlyList<string> options)
    {
        CommandResult died = _host.Run(
            ["env", $"LD_PRELOAD={Library}", Executables.Nfqlb, "flowlb", "--queue=0:3", .. options, "--takeover"]);
        Assert.True(died.ExitCode == 128 + 9, $"{died}");
    }
}
