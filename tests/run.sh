#!/usr/bin/env bash
# Builds the executable, runs every test project and closes with the sum: `N passed, N failed, N skipped`.
# A skip says why: root skips only with SKIP_LAB=1, which leaves out what needs root and the kernel.
# FILTER='FullyQualifiedName~Maglev' runs a part; SEED=n repeats a property's run.
# VERBOSITY=detailed shows what tests that passed have to tell.
set -uo pipefail
cd "$(dirname "$0")/.."

results=out/test-results
rm -rf "$results"
passed=0 failed=0 skipped=0

attribute() { # of the counters in a result file
	sed -n "s/.*<Counters [^>]*\b$1=\"\([0-9]*\)\".*/\1/p" "$2"
}

skip_reasons() { # the tests that did not run, each with the first line of its reason
	awk '/<UnitTestResult /{match($0, /testName="[^"]*"/); name = substr($0, RSTART + 10, RLENGTH - 11)}
		/outcome="NotExecuted"/{skip = 1}
		skip && /<Message>/{gsub(/<[^>]*>|^ +/, ""); print "  skipped " name ": " $0; skip = 0}' "$1"
}

# The executable, which only the last of them needs, is compiled beside the first.
make --no-print-directory out/nfqlb >out/publish.log 2>&1 &
publishing=$!
trap 'kill "$publishing" 2>/dev/null' EXIT

for name in Nfqlb.Tests Nfqlb.Linux.Tests Nfqlb.Planning.Tests Nfqlb.ControlPlane.Tests \
	Nfqlb.Kubernetes.Tests Nfqlb.Daemon.Tests Nfqlb.Cli.Tests Nfqlb.EndToEnd; do
	if [ "$name" = Nfqlb.EndToEnd ]; then
		wait "$publishing" || { cat out/publish.log >&2; echo "The executable was not built" >&2; exit 1; }
		trap - EXIT
	fi
	echo "== $name"
	# Started in the background of a script, all of it would ignore SIGINT, and with nohup SIGHUP, which some tests send.
	env --default-signal=INT,HUP dotnet test "tests/$name" -c Release --no-build --nologo ${FILTER:+--filter "$FILTER"} \
		--results-directory "$results" --logger "trx;LogFileName=$name.trx" \
		--logger "console;verbosity=${VERBOSITY:-minimal}" | sed '/^Test Run\|^$\|^A total of\|^Starting test\|^Results File/d'
	code=${PIPESTATUS[0]}
	trx="$results/$name.trx"
	if [ ! -s "$trx" ]; then
		[ -n "${FILTER:-}" ] && [ "$code" = 0 ] && continue
		echo "$name did not run" >&2
		failed=$((failed + 1))
		continue
	fi
	skip_reasons "$trx"
	total=$(attribute total "$trx") executed=$(attribute executed "$trx")
	passed=$((passed + $(attribute passed "$trx")))
	failed=$((failed + $(attribute failed "$trx")))
	skipped=$((skipped + total - executed))
	# What goes wrong when a class cleans up is no test's failure, and sets no exit code.
	if grep -q 'Cleanup Failure' "$trx"; then
		echo "$name left something behind: see above" >&2
		failed=$((failed + 1))
	fi
	# A crash of the test host leaves a result file in which nothing has failed.
	if [ "$code" != 0 ] && [ "$(attribute failed "$trx")" = 0 ]; then
		echo "$name ended with exit code $code" >&2
		failed=$((failed + 1))
	fi
done

echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
