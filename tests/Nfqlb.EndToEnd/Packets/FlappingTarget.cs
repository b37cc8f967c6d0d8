using Nfqlb.EndToEnd.Lab;

namespace Nfqlb.EndToEnd.Packets;

/// <summary>Takes one target out of its pool and puts it back, over and over, by a command each time.</summary>
internal sealed class FlappingTarget
{
    // A line for each turn: called and returned, of deactivate and then of activate, in Unix microseconds.
    // The end of the input ends the loop. `read` is the one builtin of the shell that can wait for a part of a second.
    private const string Loop = """
        export LC_ALL=C # a decimal point, whatever the machine's language
        nfqlb=$1 shm=$2 index=$3 mark=$4 half_period=$5
        next=${EPOCHREALTIME/./}
        input_goes_on_until_next_turn() {
            next=$((next + half_period))
            local rest=$((next - ${EPOCHREALTIME/./}))
            if ((rest < 1000)); then # behind: go on from here; in less time than this read does not see an end
                next=$((next - rest + 1000)) rest=1000
            fi
            printf -v rest '%d.%06d' $((rest / 1000000)) $((rest % 1000000))
            read -r -t "$rest"
            (($? > 128)) # what a time-out gives; the end of the input gives 1, at once
        }
        while input_goes_on_until_next_turn; do
            a=$EPOCHREALTIME; "$nfqlb" deactivate --shm=$shm --index=$index || exit 1; b=$EPOCHREALTIME
            input_goes_on_until_next_turn
            c=$EPOCHREALTIME; "$nfqlb" activate --shm=$shm --index=$index $mark || exit 1; d=$EPOCHREALTIME
            echo "${a/./} ${b/./} ${c/./} ${d/./}"
        done
        """;


    private readonly BackgroundProcess _loop;

    /// <param name="timesPerSecond">How often it should go and come; a busy machine may do it less often.</param>
    public FlappingTarget(Balancer balancer, string pool, int slot, int mark, int timesPerSecond)
    {
        int halfPeriodMicroseconds = 1_000_000 / timesPerSecond / 2;
        _loop = balancer.Host.Start("bash", "-c", Loop, "flap", Executables.Nfqlb, pool, $"{slot}", $"{mark}",
            $"{halfPeriodMicroseconds}");
    }

    /// <summary>Waits until the loop has gone round so many times.</summary>
    public void WaitForTurns(int turns) =>
        _loop.WaitUntil(() => _loop.Stdout.Count(c => c == '\n') >= turns, $"{turns} turns");

    /// <summary>Ends the loop with the target in its place, and tells when it was where.</summary>
    public FlapHistory Stop()
    {
        _loop.CloseInput();
        return FlapHistory.Parse(_loop.WaitForEnd().MustSucceed().Stdout);
    }
}
