#!/bin/sh
# SPDX-License-Identifier: MIT
# A sampler of a stranger's is built against the installed package, and drives `hone run`.
. "$(dirname "$0")/common.sh"

cp -r "$examples/custom_sampler" .
rm -rf custom_sampler/build
build custom_sampler
cd custom_sampler
hone run study.jsonc --storage sqlite:///custom.db
hone trials --storage sqlite:///custom.db --format json >trials.json
expect '"COMPLETE"' trials.json
