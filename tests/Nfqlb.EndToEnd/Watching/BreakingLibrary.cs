using Nfqlb.EndToEnd.Lab;

namespace Nfqlb.EndToEnd.Watching;

/// <summary>A library in front of libc that breaks a balancer in the thread of a worker: a file in /dev/shm says how.
/// </summary>
internal static class BreakingLibrary
{
    private const string Path = "/dev/shm/breaking.so";

    private const string Source = """
        #define _GNU_SOURCE
        #include <dlfcn.h>
        #include <errno.h>
        #include <fcntl.h>
        #include <linux/capability.h>
        #include <sched.h>
        #include <sys/socket.h>
        #include <sys/syscall.h>
        #include <time.h>
        #include <unistd.h>

        static int is(const char *broken)
        {
            int before = errno, found = !access(broken, F_OK);
            errno = before;
            return found;
        }

        static void drop_rights(void)
        {
            struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
            struct __user_cap_data_struct none[2] = { 0 };
            syscall(SYS_capset, &header, none);
        }

        int recvmmsg(int fd, struct mmsghdr *messages, unsigned count, int flags, struct timespec *timeout)
        {
            static int (*real)(int, struct mmsghdr *, unsigned, int, struct timespec *);
            int received;

            if (!real)
                *(void **)&real = dlsym(RTLD_NEXT, "recvmmsg");
            if (is("/dev/shm/worker-ends"))
                syscall(SYS_exit, 0);
            while (is("/dev/shm/worker-hangs"))
                sleep(1);
            if (is("/dev/shm/queue-closed")) {
                dup2(socket(AF_UNIX, SOCK_DGRAM, 0), fd);
                pause();
            }
            if (is("/dev/shm/worker-slow")) {
                usleep(20000);
                count = 1;
            }
            received = real(fd, messages, count, flags, timeout);
            if (is("/dev/shm/rights-dropped"))
                drop_rights();
            return is("/dev/shm/packets-lost") ? 0 : received;
        }

        int socket(int domain, int type, int protocol)
        {
            static int (*real)(int, int, int);
            int here, fd;

            if (!real)
                *(void **)&real = dlsym(RTLD_NEXT, "socket");
            if (domain != AF_NETLINK || protocol != 12 || !is("/dev/shm/foreign"))
                return real(domain, type, protocol);
            here = open("/proc/thread-self/ns/net", O_RDONLY);
            setns(open("/run/netns/other", O_RDONLY), CLONE_NEWNET);
            fd = real(domain, type, protocol);
            setns(here, CLONE_NEWNET);
            return fd;
        }
        """;

    /// <summary>The words in front of a command that is to be broken.</summary>
    public static IReadOnlyList<string> InFront => ["env", $"LD_PRELOAD={Path}"];

    /// <summary>Makes it, in the host's /dev/shm.</summary>
    public static void Compile(NetworkNamespace host) => host.Shell($"""
        gcc -shared -fPIC -o {Path} -x c - <<'end'
        {Source}
        end
        """);
}
