namespace Nfqlb.EndToEnd.Soak;

/// <summary>Clients of the control socket that do not keep to its protocol.</summary>
internal static class RudeClient
{
    /// <summary>What one may do: the script's first argument.</summary>
    public static string[] Habits { get; } = ["half", "garbage", "silent", "endless", "crowd", "deaf"];

    /// <summary>For perl, whose sockets can be abstract. The second argument is a seed. Ends in bounded time.</summary>
    public const string Script = """
        my ($habit, $seed) = @ARGV;
        srand($seed);
        alarm 10;
        $SIG{PIPE} = 'IGNORE';
        sub client {
            socket(my $socket, AF_UNIX, SOCK_STREAM, 0) or die "socket: $!";
            connect($socket, pack("S a*", AF_UNIX, "\0nfqlb")) or die "connect: $!";
            return $socket;
        }
        my $client = client();
        if ($habit eq "half") {
            syswrite($client, substr("action:set\nname:half\ntarget:web\n", 0, 1 + int rand 30));
        } elsif ($habit eq "garbage") {
            syswrite($client, join "", map { chr int rand 256 } 1 .. 1000);
        } elsif ($habit eq "silent") {
            select undef, undef, undef, 0.05;
        } elsif ($habit eq "endless") {
            for (1 .. 10) { syswrite($client, "name:" . "x" x 50_000) or last; }
        } elsif ($habit eq "crowd") {
            my @crowd = map { client() } 1 .. 40;
            syswrite($_, "action:list\n") for @crowd;
        } elsif ($habit eq "deaf") {
            syswrite($client, "action:counters\neoc:\n");
        }
        """;
}
