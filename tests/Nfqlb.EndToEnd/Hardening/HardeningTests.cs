using Nfqlb.EndToEnd.Lab;

namespace Nfqlb.EndToEnd.Hardening;

/// <summary>A daemon that reads hostile bytes as root gives away nothing that compiler and linker offer.</summary>
[BesideOthers]
public sealed class HardeningTests
{
    private static readonly string Native = Path.Combine(Executables.RepositoryRoot, "native");

    [Fact]
    public void The_executable_has_no_address_known_beforehand_and_no_pointer_or_code_that_can_be_overwritten() =>
        Assert.Empty(Missing(ElfFile.Read(Executables.Nfqlb), isExecutable: true));

    /// <summary>The same objects as in the executable, without those of the runtime.</summary>
    [Fact]
    public void So_has_the_shim() => Assert.Empty(
        Missing(ElfFile.Read(Path.Combine(Executables.RepositoryRoot, "out/native/libnfqlb_queue.so")), false));

    [Fact]
    public void Every_file_of_the_shim_is_compiled_with_checked_library_calls()
    {
        string[] compilations = [.. Command.Run(["make", "-C", Native, "--always-make", "--dry-run"]).MustSucceed()
            .Stdout.Split('\n').Where(line => line.Contains(" -c -o "))];

        Assert.Equal(Directory.GetFiles(Native, "*.c").Length, compilations.Length);
        Assert.All(compilations, line => Assert.Matches("-D_FORTIFY_SOURCE=[23] .*-fstack-protector-strong", line));
    }

    /// <summary>The control: each lack is seen in a program without any of it, none in one with all.</summary>
    [Theory]
    [InlineData("-no-pie -fno-stack-protector -Wl,-z,norelro -Wl,-z,lazy -Wl,-z,execstack",
        "position independence, full RELRO, a stack that is not code, stack canaries")]
    [InlineData("-pie -fPIE -fno-stack-protector -Wl,-z,relro -Wl,-z,lazy", "full RELRO, stack canaries")]
    [InlineData("-pie -fPIE -fstack-protector-all -Wl,-z,relro -Wl,-z,now", "")]
    public void A_program_without_it_is_recognised(string flags, string missing)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("nfqlb-e2e-");
        try
        {
            string program = Path.Combine(folder.FullName, "program");
            Command.Run(["gcc", "-x", "c", .. flags.Split(' '), "-o", program, "-"],
                "int main(void) { volatile char room[64]; return room[0] = 0; }").MustSucceed();

            Assert.Equal(missing, string.Join(", ", Missing(ElfFile.Read(program), isExecutable: true)));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static IEnumerable<string> Missing(ElfFile file, bool isExecutable)
    {
        if (isExecutable && !file.IsPositionIndependentExecutable)
        {
            yield return "position independence";
        }
        if (!file.HasFullRelro)
        {
            yield return "full RELRO";
        }
        if (!file.NothingIsWritableAndExecutable)
        {
            yield return "a stack that is not code";
        }
        if (!file.HasStackCanaries)
        {
            yield return "stack canaries";
        }
    }
}
