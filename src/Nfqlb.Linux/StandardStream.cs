using Nfqlb.Linux.Interop;

namespace Nfqlb.Linux;

/// <summary>Standard output or standard error, written by write(2) and nothing else.</summary>
/// <remarks>
/// The streams of <see cref="Console"/> prepare a terminal for cursor keys first, by escape sequences that nobody asked
/// for and a look into terminfo that costs start-up time; a <see cref="FileStream"/> writes by position, over what
/// other commands have written to the same file.
/// </remarks>
public sealed class StandardStream : Stream
{
    private readonly int _descriptor;
    private bool _isClosed;

    private StandardStream(int descriptor) => _descriptor = descriptor;

    /// <summary>Standard output.</summary>
    public static StandardStream Output { get; } = new(1);

    /// <summary>Standard error.</summary>
    public static StandardStream Error { get; } = new(2);

    /// <inheritdoc/>
    public override bool CanRead => false;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>True once somebody has closed the other end of the pipe: what is written then goes nowhere. Whoever
    /// would write for ever looks here for its end.</summary>
    /// <remarks>Not a failure: `nfqlb flow-list | head` has what it wants. And a command that changes something and
    /// tells of it must not stop half way because nobody listens.</remarks>
    public bool IsClosed => _isClosed |= IsReaderGone();

    /// <summary>The kernel tells it of a pipe without being asked for any event (poll(2)).</summary>
    private bool IsReaderGone()
    {
        LibC.pollfd[] output = [new() { fd = _descriptor }];
        return LibC.poll(output, milliseconds: 0).IsSuccess && (output[0].revents & LibC.POLLERR) != 0;
    }

    /// <summary>Writes everything. When standard error takes nothing, there is nobody left to tell.</summary>
    /// <exception cref="SystemCallException">Standard output takes nothing, such as for want of room (ENOSPC).
    /// </exception>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (!buffer.IsEmpty && !_isClosed)
        {
            var written = LibC.write(_descriptor, buffer);
            if (written.Errno == LibC.EPIPE)
            {
                _isClosed = true;
                return;
            }
            if (!written.IsSuccess && this == Error)
            {
                return;
            }
            buffer = buffer[(int)written.ThrowOnError("write", "standard output")..];
        }
    }

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <summary>Does nothing: nothing is kept back.</summary>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();
}
