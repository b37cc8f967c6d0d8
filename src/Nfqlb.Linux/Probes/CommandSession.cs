using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Nfqlb.Checks;
using Nfqlb.Linux.Interop;
using static Nfqlb.Linux.Interop.LibC;

namespace Nfqlb.Linux.Probes;

/// <summary>A command ends with 0: a process without our rights, in a group of its own that ends with it.</summary>
internal sealed class CommandSession(TargetProbe probe, int key, TimeSpan began) : ProbeSession(probe, key, began)
{
    /// <summary>Of what the command says, so much may be shown.</summary>
    private const int MostShown = 200;

    private const int ReadBytes = 4096;
    private const int MostReads = 16;

    private readonly byte[] _said = new byte[MostShown];
    private FdHandle? _ending;
    private FdHandle? _output;
    private int _length;

    /// <summary>Its process group; null where none was started.</summary>
    public int? Group { get; private set; }

    public override bool Begin(out ProbeEnd end)
    {
        var question = Probe.Question;
        var started = NfqlbCommand.Start(
            question.Command!.Words,
            [
                $"NFQLB_POOL={question.Pool}", $"NFQLB_TARGET={question.Target}",
                $"NFQLB_ADDRESS={Probe.Address.ToPlainString()}", $"NFQLB_PORT={question.Port}",
                $"NFQLB_MARK={Probe.Mark}",
            ],
            out int process, out int output);
        if (!started.IsSuccess)
        {
            // Whether the target is good, nobody has found out.
            string reason = Marshal.GetPInvokeErrorMessage(started.Errno);
            end = new ProbeEnd(CheckOutcome.Inconclusive, $"{question.Command.Words[0]}: {reason}");
            return false;
        }
        (Group, _ending, _output) = (process, new FdHandle(started.Value), new FdHandle(output));
        var both = epoll_create1(EPOLL_CLOEXEC);
        if (!both.IsSuccess)
        {
            return Fail(both.Errno, out end);
        }
        Own(new FdHandle(both.Value));
        Events = EPOLLIN;
        foreach (var one in (FdHandle[])[_ending, _output])
        {
            var added = epoll_ctl(Socket, EPOLL_CTL_ADD, one, new EpollEvent(EPOLLIN, 0));
            if (!added.IsSuccess)
            {
                return Fail(added.Errno, out end);
            }
        }
        return Wait(out end);
    }

    public override bool GoOn(out ProbeEnd end)
    {
        Read();
        if (!NfqlbCommand.HasEnded(Group!.Value, out int code, out int signal))
        {
            return Wait(out end);
        }
        string words = Encoding.UTF8.GetString(_said, 0, _length).Split('\n')[0].Trim();
        string said = words.Length > 0 ? $": {PlainText.Visible(words)}" : "";
        return signal > 0 ? Fail($"killed by signal {signal}{said}", out end)
            : code > 0 ? Fail($"exit code {code}{said}", out end)
            : Pass(out end);
    }

    public override void Dispose()
    {
        if (Group is { } group)
        {
            // Before its first process is waited for: until then nobody else can have the number.
            kill(-group, SIGKILL);
        }
        _ending?.Dispose();
        _output?.Dispose();
        base.Dispose();
    }

    /// <summary>Keeps the beginning, and lets the rest go: a command must not wait for a reader.</summary>
    private void Read()
    {
        Span<byte> buffer = stackalloc byte[ReadBytes];
        for (int i = 0; i < MostReads && _output is { } output; i++)
        {
            var result = read(output, buffer);
            if (result.Errno == EAGAIN)
            {
                return;
            }
            if (!result.IsSuccess || result.Value == 0)
            {
                output.Dispose();
                _output = null;
                return;
            }
            int kept = Math.Min((int)result.Value, MostShown - _length);
            buffer[..kept].CopyTo(_said.AsSpan(_length));
            _length += kept;
        }
    }
}
