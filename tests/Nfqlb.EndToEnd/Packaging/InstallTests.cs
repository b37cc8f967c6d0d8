using Nfqlb.EndToEnd.Lab;

namespace Nfqlb.EndToEnd.Packaging;

/// <summary>`make install`, from which packages are made; `make deb-test` and `make image-test` try those.</summary>
[BesideOthers]
public sealed class InstallTests : IDisposable
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("nfqlb-install-");

    [Fact]
    public void Everything_stands_where_a_system_looks_for_it_and_names_where_the_executable_is()
    {
        Install("PREFIX=/opt/nfqlb");

        foreach (string file in (string[])
            ["bin/nfqlb", "share/bash-completion/completions/nfqlb", "share/zsh/site-functions/_nfqlb",
                "share/fish/vendor_completions.d/nfqlb.fish", "share/doc/nfqlb/README.md",
                "share/doc/nfqlb/docs/nfqlb.schema.json", "share/doc/nfqlb/examples/demo/demo.yaml"])
        {
            Assert.True(new FileInfo(PathOf("opt/nfqlb", file)).Length > 0, file);
        }
        Assert.Contains(".TH", Read("opt/nfqlb/share/man/man8/nfqlb.8"));
        string[] units = ["nfqlb.service", "flowlb@.service"];
        string[] installed = [.. units.Select(unit => Read("opt/nfqlb/lib/systemd/system", unit))];
        Assert.All(installed, unit => Assert.Contains("\nExecStart=/opt/nfqlb/bin/nfqlb ", unit));
        Assert.All(installed, unit => Assert.DoesNotContain("/usr/local", unit));
        Assert.All(installed, unit => Assert.Contains("\nUser=nfqlb\n", unit));
        Assert.Contains("\nu nfqlb ", Read("opt/nfqlb/lib/sysusers.d/nfqlb.conf"));
        Assert.Contains("\nd /run/nfqlb 0755 nfqlb ", Read("opt/nfqlb/lib/tmpfiles.d/nfqlb.conf"));
    }

    [Fact]
    public void The_configuration_is_right_asks_for_nothing_and_stays_as_it_was_changed()
    {
        Install();
        string file = PathOf("etc/nfqlb/nfqlb.yaml");
        Command.Run([Executables.Nfqlb, "check", file]).MustSucceed();
        // Right too with what it suggests.
        string suggested = File.ReadAllText(file)
            .Replace(": []\n#", ":\n#").Replace(": {}\n#", ":\n#").Replace("\n#  ", "\n  ");
        File.WriteAllText(file, suggested);
        Command.Run([Executables.Nfqlb, "check", file]).MustSucceed();
        Assert.Contains("\n  - name: web", suggested);

        Install();

        Assert.Equal(suggested, File.ReadAllText(file));
    }

    public void Dispose() => _root.Delete(recursive: true);

    private void Install(params string[] settings) => Command.Run(
        ["env", $"DESTDIR={_root.FullName}", $"NFQLB={Executables.Nfqlb}", .. settings,
            Path.Combine(Executables.RepositoryRoot, "packaging", "install.sh")]).MustSucceed();

    private string PathOf(params string[] parts) => Path.Combine([_root.FullName, .. parts]);

    private string Read(params string[] parts) => File.ReadAllText(PathOf(parts));
}
