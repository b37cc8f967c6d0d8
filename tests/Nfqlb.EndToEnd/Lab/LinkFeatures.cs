namespace Nfqlb.EndToEnd.Lab;

/// <summary>What `ethtool -k` and `-K` would show and change of links, by the older system call that is no netlink.
/// </summary>
internal static class LinkFeatures
{
    /// <summary>For perl. LINK prints what a link does, LINK=FEATURE=1 or 0 switches it before.</summary>
    private const string Program = """
        use Socket;
        socket(my $socket, AF_INET, SOCK_DGRAM, 0) or die "socket: $!";
        sub ethtool {
            my ($link, $data) = @_;
            $data .= ""; # memory of its own, which the kernel writes to
            ioctl($socket, 0x8946, pack("a16 P x16", $link, $data)) or die "$link: $!\n"; # SIOCETHTOOL
            return $data;
        }
        for (@ARGV) {
            my ($link, $name, $on) = split /=/;
            my $count = unpack("x16 L", ethtool($link, pack("L2 Q L", 0x37, 0, 1 << 4, 0))); # ETHTOOL_GSSET_INFO
            my @names = unpack("x12 (Z32)*", ethtool($link, pack("L3 x" . 32 * $count, 0x1b, 4, $count))); # _GSTRINGS
            my %bit = map { $names[$_] => $_ } 0 .. $#names;
            my $blocks = int(($count + 31) / 32);
            if (defined $name) {
                my $block = int($bit{$name} / 32);
                my $mask = 1 << $bit{$name} % 32;
                ethtool($link, pack("L*", 0x3b, $blocks, # _SFEATURES
                    map { $_ == $block ? ($mask, $on ? $mask : 0) : (0, 0) } 0 .. $blocks - 1));
            }
            my @words = unpack("x8 L*", ethtool($link, pack("L2 x" . 16 * $blocks, 0x3a, $blocks))); # _GFEATURES
            for my $feature ("rx-gro", "rx-udp-gro-forwarding") {
                my $isOn = $words[4 * int($bit{$feature} / 32) + 2] >> $bit{$feature} % 32 & 1;
                print "$link: $feature ", $isOn ? "on" : "off", "\n";
            }
        }
        """;

    /// <summary>Prints a line for each feature of each link.</summary>
    public const string Script = $"perl -e '{Program}' $(ip -o link | cut -d: -f2 | cut -d@ -f1)\n";

    /// <summary>Such as `rx-gro off, rx-udp-gro-forwarding on`.</summary>
    public static string Of(NetworkNamespace host, string link) => string.Join(", ", Run(host, link)
        .Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line[(link.Length + 2)..]));

    /// <summary>Somebody switches one.</summary>
    public static void Set(NetworkNamespace host, string link, string feature, bool isOn) =>
        Run(host, $"{link}={feature}={(isOn ? 1 : 0)}");

    private static string Run(NetworkNamespace host, string what) =>
        host.Run("perl", "-e", Program, what).MustSucceed().Stdout;
}
