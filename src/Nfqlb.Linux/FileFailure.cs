using System.Runtime.InteropServices;

namespace Nfqlb.Linux;

/// <summary>Why a file cannot be used, in the words of the system: those of exceptions repeat its name.</summary>
public static class FileFailure
{
    private const int HighestErrno = 4095;

    /// <summary>`No such file or directory`, `Is a directory`, `Permission denied` and their like.</summary>
    /// <param name="path">What was opened.</param>
    /// <param name="failure">What came of it.</param>
    public static string Reason(string path, Exception failure) => failure switch
    {
        FileNotFoundException or DirectoryNotFoundException => "No such file or directory",
        UnauthorizedAccessException => Directory.Exists(path) ? "Is a directory" : "Permission denied",
        // The HResult of an IOException is the errno, unless it comes from the library itself.
        IOException { HResult: > 0 and <= HighestErrno } => Marshal.GetPInvokeErrorMessage(failure.HResult),
        _ => PlainText.Visible(failure.Message),
    };
}
