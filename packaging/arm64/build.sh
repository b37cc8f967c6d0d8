#!/usr/bin/env bash
# Compiles nfqlb for arm64 on a machine of another kind: build.sh FRAMEWORK DIRECTORY. Afterwards the directory has nfqlb,
# litmus, traffic, and in sysroot what they run with. RUNTIME_VERSION=9.0.23 takes that version of .NET's runtime, where the
# registry does not have the one that the SDK asks for.
set -euo pipefail
framework=$1 target=$(realpath -m "$2")
cd "$(dirname "$0")/../.."

sysroot=$target/sysroot
[ -e "$sysroot/usr/lib/aarch64-linux-gnu/libbpf.a" ] || packaging/arm64/sysroot.sh "$sysroot"

cc="aarch64-linux-gnu-gcc --sysroot=$sysroot"
make --no-print-directory -C native CC="$cc" AR=aarch64-linux-gnu-ar OUT="$target" "$target/libnfqlb_queue.a"
make --no-print-directory -C native/fastpath CC="$cc" AR=aarch64-linux-gnu-ar OBJCOPY=aarch64-linux-gnu-objcopy \
	BPF_INCLUDE="$sysroot/usr/include/aarch64-linux-gnu" OUT="$target" "$target/libnfqlb_fastpath.a"
make --no-print-directory -C native/traffic CC="$cc" OUT="$target"

# The SDK names the target as clang wants it, which gcc does not understand.
printf '#!/bin/bash\nexec aarch64-linux-gnu-gcc "${@/#--target=*/-g}"\n' >"$target/linker"
chmod +x "$target/linker"
publish() { # project option...
	dotnet publish "$1" -c Release -f "$framework" -r linux-arm64 -o "$target/publish" -v quiet "${@:2}" \
		-p:CppCompilerAndLinker="$target/linker" -p:SysRoot="$sysroot" -p:StripSymbols=false \
		${RUNTIME_VERSION:+-p:RuntimeFrameworkVersion=$RUNTIME_VERSION}
}
publish src/Nfqlb.Cli -p:NativeLibraryDirectory="$target/" -p:PackRelativeRelocations=false
cp "$target/publish/Nfqlb.Cli" "$target/nfqlb"

# The litmus test, for both.
publish packaging/arm64/litmus
cp "$target/publish/Nfqlb.Litmus" "$target/litmus"
dotnet publish packaging/arm64/litmus -c Release -f "$framework" --use-current-runtime -o "$target/here" -v quiet
