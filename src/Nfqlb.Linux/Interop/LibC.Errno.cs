namespace Nfqlb.Linux.Interop;

/// <remarks>errno.h; the numbers are those of asm-generic, which x86-64 and arm64 share.</remarks>
internal static unsafe partial class LibC
{
    internal const int EPERM = 1;
    internal const int ENOENT = 2;
    internal const int ESRCH = 3;
    internal const int EINTR = 4;
    internal const int EAGAIN = 11;
    internal const int ENOMEM = 12;
    internal const int EACCES = 13;
    internal const int EBUSY = 16;
    internal const int EEXIST = 17;
    internal const int EXDEV = 18;
    internal const int ENODEV = 19;
    internal const int EISDIR = 21;
    internal const int EINVAL = 22;
    internal const int ENFILE = 23;
    internal const int EMFILE = 24;
    internal const int EPIPE = 32;
    internal const int ELOOP = 40;
    internal const int EBADMSG = 74;
    internal const int ERESTART = 85;
    internal const int EMSGSIZE = 90;
    internal const int EOPNOTSUPP = 95;
    internal const int EPROTONOSUPPORT = 93;
    internal const int EADDRNOTAVAIL = 99;
    internal const int ENETDOWN = 100;
    internal const int ENETUNREACH = 101;
    internal const int ENOSYS = 38;
    internal const int ENOBUFS = 105;
    internal const int ETIMEDOUT = 110;
    internal const int EHOSTUNREACH = 113;
    internal const int EINPROGRESS = 115;
}
