# How the tests of package and image say what they have seen; sourced by them.

passed=0 failed=0
check() { # what, and the arithmetic expression that holds then
	if (($2)); then
		echo "  ✓ $1"
		passed=$((passed + 1))
	else
		echo "  ✗ $1"
		failed=$((failed + 1))
	fi
}

end_of_checks() {
	echo "$passed passed, $failed failed, 0 skipped"
	((failed == 0))
}

# Requests to the virtual addresses over 400 connections of each protocol and family, with what option asks for; all have
# to be answered.
ask() { # option...
	ip netns exec client "$TRAFFIC" ask --to="$VIP4,$VIP6" --port="$PORT" --proto=tcp,udp --connections=1600 "$@" >/run/asked
	judge_answers
}

judge_answers() {
	local asked answered lost broken
	asked=$(sum_of asked) answered=$(sum_of answered) lost=$(sum_of lost) broken=$(sum_of broken)
	check "$asked requests, $answered answers, $lost lost, $broken connections broken" \
		"$asked > 0 && $answered == $asked && $lost == 0 && $broken == 0"
	check "all four targets have answered" "$(grep -c '^server ' /run/asked) == 4"
}

sum_of() { # key
	grep -E '^(tcp|udp) ' /run/asked | grep -o "\b$1=[0-9]*" | awk -F= '{sum += $2} END {print sum + 0}'
}
