#!/usr/bin/env bash
# Installs what `make build` has made: the executable, units, their user, manual page, completions, documents and examples.
#
#   NFQLB=FILE      the executable (out/nfqlb)
#   PREFIX=DIR      where it will be found (/usr/local)
#   SYSCONFDIR=DIR  where nfqlb/nfqlb.yaml stands (/etc); one that is there stays as it is
#   UNITDIR=DIR     where systemd looks for units (PREFIX/lib/systemd/system)
#   ZSHDIR=DIR      where zsh looks for completions (PREFIX/share/zsh/site-functions)
#   DESTDIR=DIR     put in front of all of these, for packages
set -euo pipefail
nfqlb=$(realpath "${NFQLB:-out/nfqlb}")
cd "$(dirname "$0")/.."

prefix=${PREFIX:-/usr/local} etc=${SYSCONFDIR:-/etc} root=${DESTDIR-}
units=${UNITDIR:-$prefix/lib/systemd/system}
zsh=${ZSHDIR:-$prefix/share/zsh/site-functions}
doc=$prefix/share/doc/nfqlb

[ -x "$nfqlb" ] || { echo "$nfqlb is missing: make build" >&2; exit 1; }

put() { # file target
	install -D -m 0644 "$1" "$root$2"
}

write() { # target, of what comes in
	put /dev/stdin "$1"
}

install -D -m 0755 "$nfqlb" "$root$prefix/bin/nfqlb"
"$nfqlb" man | write "$prefix/share/man/man8/nfqlb.8"
"$nfqlb" completion bash | write "$prefix/share/bash-completion/completions/nfqlb"
"$nfqlb" completion zsh | write "$zsh/_nfqlb"
"$nfqlb" completion fish | write "$prefix/share/fish/vendor_completions.d/nfqlb.fish"
for unit in packaging/systemd/*.service; do
	sed "s|/usr/local/bin/|$prefix/bin/|g" "$unit" | write "$units/${unit##*/}"
done
put packaging/systemd/sysusers.conf "$prefix/lib/sysusers.d/nfqlb.conf"
put packaging/systemd/tmpfiles.conf "$prefix/lib/tmpfiles.d/nfqlb.conf"
[ -e "$root$etc/nfqlb/nfqlb.yaml" ] || put packaging/nfqlb.yaml "$etc/nfqlb/nfqlb.yaml"

for file in README.md CHANGELOG.md LICENSE docs/* $(find examples -type f); do
	put "$file" "$doc/$file"
done
chmod 0755 "$root$doc"/examples/demo/demo.sh
