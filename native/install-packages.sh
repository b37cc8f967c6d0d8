#!/usr/bin/env bash
# Installs those of the named Debian packages that are missing; without root it names them and gives up.
set -euo pipefail

if ! command -v dotnet >/dev/null; then
	echo "The .NET SDK 10 is needed: https://dotnet.microsoft.com/download" >&2
	exit 1
fi
if ! command -v dpkg-query >/dev/null; then
	echo "Not a Debian system: provide what these packages hold: $*" >&2
	exit 0
fi

missing=()
for package in "$@"; do
	status=$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null || true)
	[ "$status" = installed ] || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

if [ "$(id -u)" != 0 ]; then
	echo "Missing packages; as root: apt-get install ${missing[*]}" >&2
	exit 1
fi
echo "Installing ${missing[*]} ..."
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y -qq --no-install-recommends -o DPkg::Lock::Timeout=120 "${missing[@]}" >/dev/null
