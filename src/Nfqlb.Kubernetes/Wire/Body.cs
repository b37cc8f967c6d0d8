namespace Nfqlb.Kubernetes.Wire;

/// <summary>An answer as a whole.</summary>
internal static class Body
{
    /// <summary>500 slices of 100 endpoints, as the cluster makes them, are a fifth.</summary>
    public const int MostBytes = 64 << 20;

    /// <summary>All bytes of it.</summary>
    /// <exception cref="ApiException">They are more than any answer should have.</exception>
    public static async Task<ReadOnlyMemory<byte>> ReadAsync(Stream stream, CancellationToken stop)
    {
        var bytes = new byte[1 << 16];
        int count, length = 0;
        while ((count = await stream.ReadAsync(bytes.AsMemory(length), stop)) > 0)
        {
            length += count;
            if (length >= MostBytes)
            {
                throw new ApiException($"an answer is longer than {MostBytes >> 20} MiB");
            }
            if (length == bytes.Length)
            {
                Array.Resize(ref bytes, bytes.Length * 2);
            }
        }
        return bytes.AsMemory(0, length);
    }
}
