#!/bin/sh
# SPDX-License-Identifier: MIT
# The project that `hone plugin new storage` writes builds as it is, passes its tests, and shows in the list.
. "$(dirname "$0")/common.sh"

hone plugin new storage demo --dir demo
build demo
ctest --test-dir demo/build --output-on-failure
HONE_PLUGIN_PATH=$PWD/demo/build hone plugins list >plugins
expect demo plugins
