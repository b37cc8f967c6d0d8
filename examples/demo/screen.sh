# How the demo looks; sourced by demo.sh. Colour only on a terminal.

if [[ -t 1 && -z ${NO_COLOR-} ]]; then
    readonly BOLD=$'\e[1m' DIM=$'\e[2m' PLAIN=$'\e[0m'
    declare -Ar COLOUR=([red]=$'\e[31m' [green]=$'\e[32m' [blue]=$'\e[34m' [gold]=$'\e[33m')
else
    readonly BOLD='' DIM='' PLAIN=''
    declare -Ar COLOUR=([red]='' [green]='' [blue]='' [gold]='')
fi

readonly BAR_CELLS=100 # for 100 per cent
readonly EIGHTHS=('' ▏ ▎ ▍ ▌ ▋ ▊ ▉)

heading() { # text
    printf '\n%s%s%s\n' "$BOLD" "$1" "$PLAIN"
}

explain() { # text
    printf '  %s%s%s\n' "$DIM" "$1" "$PLAIN"
}

show_command() { # words
    printf '  $ %s\n' "$*"
}

repeat() { # text count
    local i
    for ((i = 0; i < $2; i++)); do
        printf '%s' "$1"
    done
}

# With one decimal, from whole numbers.
percent() { # part whole
    local tenths=$(($2 ? ($1 * 1000 + $2 / 2) / $2 : 0))
    printf '%d.%d %%' $((tenths / 10)) $((tenths % 10))
}

# The number, the share, and a bar in the target's colour, drawn to an eighth of a cell.
print_share() { # target part whole
    local eighths=$(($3 ? $2 * BAR_CELLS * 8 / $3 : 0))
    printf '  %-6s %5d %8s  %s' "$1" "$2" "$(percent "$2" "$3")" "${COLOUR[$1]}"
    repeat █ $((eighths / 8))
    printf '%s%s\n' "${EIGHTHS[eighths % 8]}" "$PLAIN"
}

# The shares of all targets, and below them a mark at the share that each ideally has.
print_shares() { # shares by target: name of an associative array; then the targets that take part
    local -n shares=$1
    shift
    local target whole=0
    for target in "$@"; do
        whole=$((whole + ${shares[$target]:-0}))
    done
    for target in "$@"; do
        print_share "$target" "${shares[$target]:-0}" "$whole"
    done
    printf '  %s%-6s %5s %8s  ' "$DIM" ideal '' "$(percent 1 $#)"
    repeat ' ' $((BAR_CELLS / $# - 1))
    printf '▲%s\n' "$PLAIN"
}

# A fact that is also a check.
failures=0
expect() { # text condition (an arithmetic expression)
    if (($2)); then
        printf '  %s✓%s %s\n' "${COLOUR[green]}" "$PLAIN" "$1"
    else
        printf '  %s✗ %s%s  (expected: %s)\n' "${COLOUR[red]}" "$1" "$PLAIN" "$2"
        failures=$((failures + 1))
    fi
}
