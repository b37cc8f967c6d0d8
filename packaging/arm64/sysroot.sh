#!/usr/bin/env bash
# Unpacks Debian's arm64 packages that nfqlb is compiled against, and runs with: sysroot.sh DIRECTORY
# They are not installed, and what apt knows of this machine stays as it is.
set -euo pipefail
target=$(realpath -m "$1")

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work"/{lists,archives/partial,debs} "$target"
chmod 0755 "$work"
apt() {
	apt-get -qq -o APT::Architecture=arm64 -o APT::Architectures=arm64 -o APT::Sandbox::User=root \
		-o Dir::State::Lists="$work/lists" -o Dir::State::status=/dev/null -o Dir::Cache="$work" "$@"
}
apt update
cd "$work/debs"
apt download libc6 libc6-dev linux-libc-dev libgcc-s1 libbpf-dev libelf-dev zlib1g-dev >/dev/null
for package in ./*.deb; do
	dpkg-deb --extract "$package" "$target"
done
