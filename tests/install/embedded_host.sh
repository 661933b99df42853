#!/bin/sh
# SPDX-License-Identifier: MIT
# A program that embeds hone is built against the installed package, and finds the installed plugins.
. "$(dirname "$0")/common.sh"

cp -r "$examples/embedded_host" .
rm -rf embedded_host/build
build embedded_host
program=$(find embedded_host/build -maxdepth 1 -type f -perm -u+x ! -name '*.so' | head -n 1)
"$program" | tee output
[ -s output ]
