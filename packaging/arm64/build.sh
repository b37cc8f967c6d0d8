#!/usr/bin/env bash
# Compiles nfqlb for arm64 on a machine of another kind: build.sh FRAMEWORK DIRECTORY. Afterwards the directory has nfqlb,
# traffic, and in sysroot what they run with. RUNTIME_VERSION=9.0.23 takes that version of .NET's runtime, where the
# registry does not have the one that the SDK asks for.
set -euo pipefail
framework=$1 target=$(realpath -m "$2")
cd "$(dirname "$0")/../.."

sysroot=$target/sysroot
[ -e "$sysroot/usr/lib/aarch64-linux-gnu/libmnl.so" ] || packaging/arm64/sysroot.sh "$sysroot"

cc="aarch64-linux-gnu-gcc --sysroot=$sysroot"
make --no-print-directory -C native CC="$cc" AR=aarch64-linux-gnu-ar OUT="$target" "$target/libnfqlb_queue.a"
make --no-print-directory -C native/fastpath CC="$cc" AR=aarch64-linux-gnu-ar OBJCOPY=aarch64-linux-gnu-objcopy \
	BPF_INCLUDE="$sysroot/usr/include/aarch64-linux-gnu" OUT="$target" "$target/libnfqlb_fastpath.a"
make --no-print-directory -C native/traffic CC="$cc" OUT="$target"

# The SDK names the target as clang wants it, which gcc does not understand.
printf '#!/bin/bash\nexec aarch64-linux-gnu-gcc "${@/#--target=*/-g}"\n' >"$target/linker"
chmod +x "$target/linker"
dotnet publish src/Nfqlb.Cli -c Release -f "$framework" -r linux-arm64 -o "$target/publish" -v quiet \
	-p:NativeLibraryDirectory="$target/" -p:CppCompilerAndLinker="$target/linker" \
	-p:ObjCopyName=aarch64-linux-gnu-objcopy -p:SysRoot="$sysroot" \
	-p:PackRelativeRelocations=false \
	${RUNTIME_VERSION:+-p:RuntimeFrameworkVersion=$RUNTIME_VERSION}
cp "$target/publish/Nfqlb.Cli" "$target/nfqlb"
