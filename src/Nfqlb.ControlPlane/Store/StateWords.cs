using System.Buffers;
using System.Text;
using Nfqlb.Planning.Documents;
using Nfqlb.Planning.Model;

namespace Nfqlb.ControlPlane.Store;

/// <summary>States as the bytes of a file, a line each. Of a state like the one before only what differs is put into
/// words anew, in the same memory. Owned by one thread.</summary>
internal sealed class StateWords
{
    private const char LineEnd = '\n';

    private readonly ArrayBufferWriter<byte> _bytes = new();
    private readonly StoredPieces _pieces = new();
    private (DesiredState? State, string? Host) _last;

    [ThreadStatic]
    private static StateWords? t_ofThread;

    /// <summary>Those of this thread.</summary>
    public static StateWords OfThread => t_ofThread ??= new();

    /// <summary>The bytes, valid until the next ones are asked for. Of equal states there is one line.</summary>
    /// <param name="states">The states.</param>
    /// <param name="host">The network namespace that they are for.</param>
    public ReadOnlySpan<byte> Of(IReadOnlyList<DesiredState> states, string? host)
    {
        var last = states is [var one] ? (one, host) : default((DesiredState?, string?));
        if (states.Count == 1 && last == _last)
        {
            return _bytes.WrittenSpan;
        }
        _last = last;
        _bytes.ResetWrittenCount();
        if (states is [var only])
        {
            StoredState.Write(only, host, _pieces, _bytes);
            return _bytes.WrittenSpan;
        }
        var lines = states.Select(state => Encoding.UTF8.GetString(StoredState.ToBytes(state, host))).Distinct();
        Encoding.UTF8.GetBytes(string.Join(LineEnd, lines), _bytes);
        return _bytes.WrittenSpan;
    }
}
