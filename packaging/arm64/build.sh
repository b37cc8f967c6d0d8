#!/usr/bin/env bash
# Compiles nfqlb for arm64 on a machine of another kind: build.sh FRAMEWORK DIRECTORY. Afterwards the directory has nfqlb,
# traffic, and in sysroot what they run with.
set -euo pipefail
framework=$1 target=$(realpath -m "$2")
cd "$(dirname "$0")/../.."

sysroot=$target/sysroot
libraries=$sysroot/usr/lib/aarch64-linux-gnu
[ -e "$libraries/libmnl.so" ] || packaging/arm64/sysroot.sh "$sysroot"

cc="aarch64-linux-gnu-gcc -idirafter $sysroot/usr/include -L$libraries"
make --no-print-directory -C native CC="$cc" AR=aarch64-linux-gnu-ar OUT="$target" "$target/libnfqlb_queue.a"
make --no-print-directory -C native/fastpath CC="$cc" AR=aarch64-linux-gnu-ar OBJCOPY=aarch64-linux-gnu-objcopy \
	BPF_INCLUDE="$sysroot/usr/include/aarch64-linux-gnu" OUT="$target" "$target/libnfqlb_fastpath.a"
make --no-print-directory -C native/traffic CC="$cc" OUT="$target"

dotnet publish src/Nfqlb.Cli -c Release -f "$framework" -r linux-arm64 -o "$target/publish" -v quiet \
	-p:NativeLibraryDirectory="$target/" -p:CppCompilerAndLinker=aarch64-linux-gnu-gcc \
	-p:ObjCopyName=aarch64-linux-gnu-objcopy -p:ForeignLibraries="$libraries"
cp "$target/publish/Nfqlb.Cli" "$target/nfqlb"
