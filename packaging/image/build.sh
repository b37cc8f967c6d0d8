#!/usr/bin/env bash
# Writes the container image as an OCI archive, from nothing: build.sh VERSION FILE. It holds the executable, the
# libraries that this needs, and the certificates that are trusted. Same input, same digest: SOURCE_DATE_EPOCH is the
# time of all files.
set -euo pipefail
version=$1 target=$(realpath -m "$2")
cd "$(dirname "$0")/../.."
umask 022
nfqlb=$(realpath out/nfqlb)
readonly USER_ID=65532

[ "$(id -u)" = 0 ] || { echo "image: run it as root: the executable in it has capabilities" >&2; exit 1; }
created=$(date -u +%FT%TZ -d "@$SOURCE_DATE_EPOCH")
case $(uname -m) in
x86_64) architecture=amd64 ;;
aarch64) architecture=arm64 ;;
*) echo "image: no such architecture: $(uname -m)" >&2; exit 1 ;;
esac

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work"/{base,program,image/blobs/sha256}

# What the executable is linked with, and OpenSSL, which it loads when it speaks TLS.
libraries() {
	local tls
	tls=$(ldconfig -p | sed -n 's|.* => \(/.*/libssl\.so\.3\)$|\1|p' | head -n 1)
	{ ldd "$nfqlb" "$tls" | grep -o '/[^ ]*\.so[^ ]*'; echo "$tls"; } | grep -v ':$' | sort -u
}

fill_base() {
	local library
	cd "$work/base"
	for library in $(libraries); do
		install -D -m 0755 "$library" ".$library"
	done
	install -D -m 0644 /etc/ssl/certs/ca-certificates.crt etc/ssl/certs/ca-certificates.crt
	install -D -m 0644 -t usr/share/doc/nfqlb "$OLDPWD/LICENSE" "$OLDPWD/packaging/deb/copyright"
	mkdir -p etc/nfqlb dev proc sys run var/lib/nfqlb
	install -d -m 1777 tmp
	echo "nfqlb:x:$USER_ID:$USER_ID:nfqlb:/:/sbin/nologin" >etc/passwd
	echo "nfqlb:x:$USER_ID:" >etc/group
	echo 'hosts: files dns' >etc/nsswitch.conf
	cd - >/dev/null
}

# Permitted alone: it also starts where it is given none of them, or only some.
fill_program() {
	install -D -m 0755 "$nfqlb" "$work/program/usr/bin/nfqlb"
	setcap cap_net_admin,cap_bpf,cap_perfmon=p "$work/program/usr/bin/nfqlb"
}

# Puts what comes in among the blobs, and sets `digest` and `size`.
digest='' size=0
blob() {
	cat >"$work/blob"
	digest=$(sha256sum "$work/blob" | cut -d' ' -f1) size=$(stat -c %s "$work/blob")
	mv "$work/blob" "$work/image/blobs/sha256/$digest"
	digest=sha256:$digest
}

pack() { # directory option...: a tar archive of which nothing depends on when and where it is made
	local directory=$1
	shift
	tar -C "$directory" --sort=name --mtime="@$SOURCE_DATE_EPOCH" --owner=0 --group=0 --numeric-owner \
		--format=posix --pax-option=exthdr.name=%d/PaxHeaders/%f,delete=atime,delete=ctime "$@" -c .
}

layers='' contents=''
add_layer() { # directory
	pack "$1" --xattrs --xattrs-include='security.capability' >"$work/layer"
	contents+="${contents:+,}\"sha256:$(sha256sum "$work/layer" | cut -d' ' -f1)\""
	blob < <(gzip -9nc "$work/layer")
	layers+="${layers:+,}{\"mediaType\":\"application/vnd.oci.image.layer.v1.tar+gzip\",\"digest\":\"$digest\",\"size\":$size}"
}

fill_base
fill_program
add_layer "$work/base"
add_layer "$work/program"

blob <<END
{"created":"$created","architecture":"$architecture","os":"linux","config":{"User":"$USER_ID:$USER_ID","Env":["PATH=/usr/bin","SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt"],"Entrypoint":["/usr/bin/nfqlb"],"Cmd":["serve","--config=/etc/nfqlb"],"StopSignal":"SIGTERM","Labels":{"org.opencontainers.image.title":"nfqlb","org.opencontainers.image.version":"$version"}},"rootfs":{"type":"layers","diff_ids":[$contents]}}
END
config="{\"mediaType\":\"application/vnd.oci.image.config.v1+json\",\"digest\":\"$digest\",\"size\":$size}"
blob <<END
{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":$config,"layers":[$layers]}
END
manifest=$digest
cat >"$work/image/index.json" <<END
{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"$digest","size":$size,"platform":{"architecture":"$architecture","os":"linux"},"annotations":{"org.opencontainers.image.ref.name":"$version","io.containerd.image.name":"docker.io/library/nfqlb:$version"}}]}
END
echo '{"imageLayoutVersion":"1.0.0"}' >"$work/image/oci-layout"

mkdir -p "$(dirname "$target")"
pack "$work/image" >"$target"
echo "$target: $(stat -c %s "$target") bytes, $manifest"
