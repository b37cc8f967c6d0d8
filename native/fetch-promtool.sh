#!/usr/bin/env bash
# Takes promtool out of Debian's package of Prometheus, without installing that: fetch-promtool.sh FILE
# Where promtool is installed, that one is used.
set -euo pipefail

target=$(realpath "$1")
if installed=$(command -v promtool); then
	ln -s "$installed" "$target"
	exit 0
fi
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
cd "$directory"
download() { apt-get download -qq -o APT::Sandbox::User=root prometheus >/dev/null; }
download 2>/dev/null || { apt-get update -qq && download; }
dpkg-deb --fsys-tarfile prometheus_*.deb | tar x ./usr/bin/promtool
mv usr/bin/promtool "$target"
