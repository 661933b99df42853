#!/bin/sh
# SPDX-License-Identifier: MIT
# Installs the build BUILD into PREFIX and looks at what is there.
set -eu
build=$1
prefix=$2

rm -rf "$prefix"
cmake --install "$build" --prefix "$prefix" >"$build/tests/install.log"
for file in bin/hone lib/libhone.so include/hone/hone.hpp include/hone/sdk/plugin.hpp \
  lib/hone/plugins/samplers/random.so lib/hone/plugins/samplers/tpe.so lib/hone/plugins/pruners/median.so \
  lib/hone/plugins/storages/memory.so lib/hone/plugins/storages/sqlite.so \
  lib/cmake/hone/honeConfig.cmake lib/cmake/hone/honeConfigVersion.cmake lib/cmake/hone/honeTargets.cmake \
  lib/cmake/hone/hone_add_plugin.cmake lib/cmake/hone/hone_plugin.exports \
  share/hone/templates/sampler/CMakeLists.txt share/doc/hone/README.md share/doc/hone/LICENSE; do
  [ -e "$prefix/$file" ] || { echo "not installed: $file"; exit 1; }
done

# Nothing may point back: not the package, and no run path.
if grep -rnF -e "$build/" -e "$HONE_SOURCE_DIR/" "$prefix/lib/cmake" "$prefix/share/hone" | grep -vF "$prefix/"; then
  echo "the lines above name the build tree or the source tree"
  exit 1
fi
for binary in "$prefix/bin/hone" "$prefix"/lib/libhone.so "$prefix"/lib/hone/plugins/*/*.so; do
  if readelf -d "$binary" | grep -E 'R(UN)?PATH' | grep -vE '\[\$ORIGIN[^:]*\]'; then
    echo "the run path of $binary is not relative to itself"
    exit 1
  fi
done
"$prefix/bin/hone" --version
