# SPDX-License-Identifier: MIT
# Read by the scripts beside it, which are called with EXAMPLES PREFIX WORK.
set -eu
examples=$1
prefix=$2
work=$3
PATH=$prefix/bin:$PATH
export PATH
unset HONE_BIN HONE_BUILD_DIR HONE_SOURCE_DIR
rm -rf "$work"
mkdir -p "$work"
cd "$work"

# build SOURCE: configures and builds it in SOURCE/build, against the prefix.
build() {
  cmake -S "$1" -B "$1/build" -G Ninja -DCMAKE_PREFIX_PATH="$prefix" -DCMAKE_BUILD_TYPE=Release
  cmake --build "$1/build"
}

# expect TEXT FILE: the file contains the text.
expect() {
  grep -qF -- "$1" "$2" || { echo "expected '$1' in:"; cat "$2"; exit 1; }
}
