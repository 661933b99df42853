#!/bin/sh
# SPDX-License-Identifier: MIT
# The core builds and passes its own tests where there are no plugins, no programs and no examples.
set -eu
source=$1
work=$2

rm -rf "$work"
mkdir -p "$work/tests"
cp -r "$source/CMakeLists.txt" "$source/cmake" "$source/core" "$source/sdk" "$work/"
cp -r "$source/tests/CMakeLists.txt" "$source/tests/test_main.cpp" "$source/tests/core" "$source/tests/fixtures" \
  "$work/tests/"
# A build folder of the same depth as a preset's, so that the compiler cache knows the files.
cmake -S "$work" -B "$work/build/release" -G Ninja -DCMAKE_BUILD_TYPE=Release
cmake --build "$work/build/release"
ctest --test-dir "$work/build/release" --no-tests=error --output-on-failure -LE '^(slow|long)$'
