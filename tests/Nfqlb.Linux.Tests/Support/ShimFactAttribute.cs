namespace Nfqlb.Linux.Tests.Support;

/// <summary>A test that calls the queue shim; skipped, with the reason, where it has not been built.</summary>
internal sealed class ShimFactAttribute : FactAttribute
{
    public ShimFactAttribute() => Skip = Reason;

    /// <summary>Why no such test can run; null when it can.</summary>
    public static string? Reason { get; } =
        File.Exists(Path.Combine(AppContext.BaseDirectory, "libnfqlb_queue.so"))
            ? null
            : "libnfqlb_queue.so is not beside the tests: run make in native/ and build again";
}
