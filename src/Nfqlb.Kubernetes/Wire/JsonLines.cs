namespace Nfqlb.Kubernetes.Wire;

/// <summary>The lines of an answer that does not end.</summary>
/// <param name="stream">The answer.</param>
internal sealed class JsonLines(Stream stream)
{
    /// <summary>A slice has 1,000 endpoints at most, which is half a megabyte.</summary>
    public const int MostBytes = 8 << 20;

    private byte[] _bytes = new byte[1 << 14];
    private int _begin;
    private int _searched;
    private int _end;

    /// <summary>The next line, valid until the one behind it is read; null at the end. What was cut off is no
    /// line.</summary>
    /// <exception cref="ApiException">It is longer than any should be.</exception>
    public async ValueTask<ReadOnlyMemory<byte>?> NextAsync(CancellationToken stop)
    {
        while (true)
        {
            int length = _bytes.AsSpan(_searched, _end - _searched).IndexOf((byte)'\n');
            if (length >= 0)
            {
                var line = _bytes.AsMemory(_begin, _searched + length - _begin);
                _begin = _searched += length + 1;
                return line;
            }
            _searched = _end;
            MakeRoom();
            int count = await stream.ReadAsync(_bytes.AsMemory(_end), stop);
            if (count == 0)
            {
                return null;
            }
            _end += count;
        }
    }

    private void MakeRoom()
    {
        if (_end < _bytes.Length)
        {
            return;
        }
        int length = _end - _begin;
        if (length >= MostBytes)
        {
            throw new ApiException($"a line of the answer is longer than {MostBytes >> 20} MiB");
        }
        var room = length > _bytes.Length / 2 ? new byte[_bytes.Length * 2] : _bytes;
        _bytes.AsSpan(_begin, length).CopyTo(room);
        (_bytes, _begin, _searched, _end) = (room, 0, _searched - _begin, length);
    }
}
