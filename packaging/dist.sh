#!/usr/bin/env bash
# Writes archives of the sources, and of what is installed below /usr/local, with checksums: dist.sh VERSION DIR
# Same sources and executable, same bytes: SOURCE_DATE_EPOCH is the time of all files.
set -euo pipefail
version=$1 target=$(realpath -m "$2")
cd "$(dirname "$0")/.."
umask 022

name=nfqlb-$version
binary=$name-linux-$(uname -m)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
rm -rf "$target"
mkdir -p "$target"

git archive --prefix="$name/" HEAD | gzip -9n >"$target/$name.tar.gz"

# Nobody's configuration is replaced: that file stands among the examples.
DESTDIR=$work PREFIX=/usr/local SYSCONFDIR=/usr/local/share/doc/nfqlb/examples packaging/install.sh
tar -C "$work" --sort=name --mtime="@$SOURCE_DATE_EPOCH" --owner=0 --group=0 --numeric-owner -c usr |
	gzip -9n >"$target/$binary.tar.gz"

cd "$target"
sha256sum ./*.tar.gz | sed 's|\./||' >SHA256SUMS
cat SHA256SUMS
