#!/usr/bin/env bash
# Builds the standards engine for browsers: crates/hub/assets/vendor/standards.wasm, which is kept in the repository so that
# `./run` needs no second compiler. Run it after a change of a rule or of the engine; a test tells when it was forgotten.
# Takes the wasm32 target of your own toolchain if it is there (rustup target add wasm32-unknown-unknown), else Debian's
# compiler of the same language edition, unpacked below target/ and used from there.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
cd "$root"
# shellcheck source=../../.ci/cargo-env
. .ci/cargo-env
target=${CARGO_TARGET_DIR:-$root/target}/wasm
triple=wasm32-unknown-unknown
host=$(rustc -vV | sed -n 's/^host: //p')
own=$(rustc --print sysroot)
build=(cargo build --locked --package hansom-editor --lib --target "$triple" --target-dir "$target" --profile wasm)

if [ -d "$own/lib/rustlib/$triple" ]; then
  "${build[@]}"
else
  debian=$target/debian
  if [ ! -x "$debian/usr/bin/rustc" ]; then
    mkdir -p "$debian"
    (cd "$debian"
      apt-get download rustc-web rust-web-src libstd-rust-web-dev "$(apt-cache depends libstd-rust-web-dev | awk '/Depends: libstd-rust-web-[0-9]/ { print $2; exit }')"
      for package in $(apt-cache depends "$(basename libstd-rust-web-1*.deb | cut -d_ -f1)" | awk '/Depends: libllvm/ { print $2 }'); do apt-get download "$package"; done
      for file in *.deb; do dpkg-deb -x "$file" . && rm "$file"; done
      mkdir -p usr/lib/rustlib/src
      ln -sfn "$(echo "$debian"/usr/src/rustc-*)" usr/lib/rustlib/src/rust)
  fi
  export RUSTC=$debian/usr/bin/rustc LD_LIBRARY_PATH=$debian/usr/lib/x86_64-linux-gnu
  # The standard library is built from its source, which the compiler allows itself only when asked so.
  export RUSTC_BOOTSTRAP=1 CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER=$own/lib/rustlib/$host/bin/rust-lld
  "${build[@]}" -Zbuild-std=std,panic_abort
fi
cp "$target/$triple/wasm/hansom_editor.wasm" crates/hub/assets/vendor/standards.wasm
ls -l crates/hub/assets/vendor/standards.wasm
