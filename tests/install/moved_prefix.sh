#!/bin/sh
# SPDX-License-Identifier: MIT
# The installed tree works at another place: the program, its plugins, its templates and its CMake package.
. "$(dirname "$0")/common.sh"

cp -r "$prefix" moved
prefix=$work/moved
PATH=$prefix/bin:$PATH
hone plugins list >plugins
expect tpe plugins
hone plugins show tpe >shown
hone plugin new sampler demo --dir demo
build demo
ctest --test-dir demo/build --output-on-failure
readelf -d "$prefix/bin/hone" | grep -qF '$ORIGIN/../lib'
