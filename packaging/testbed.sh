# What the tests of package and image begin and end with, and how they say what they have seen; sourced by them with
# their arguments, in the directory of the sources. The demo's network is theirs alone, its targets serve, and
# `clean_up` of the test is called at the end, whatever that is.

readonly TRAFFIC=$PWD/out/traffic PORT=5001
source examples/demo/network.sh
enter_private_namespace "$@"
prepare_private_namespace

end_of_test() {
	local job
	clean_up
	for job in $(jobs -p); do
		kill "$job" 2>/dev/null || true
	done
	wait
	remove_network
}
trap end_of_test EXIT
trap 'exit 1' INT TERM HUP

create_network_with_targets() { # seconds
	local target
	create_network
	for target in "${TARGETS[@]}"; do
		ip netns exec "$target" "$TRAFFIC" serve --name="$target" --port="$PORT" --seconds="$1" >/dev/null &
	done
}

source packaging/verdicts.sh
