#!/bin/sh
# SPDX-License-Identifier: MIT
# A program that decides by itself which parameters it has, and asks for each where it needs it. `hone run` starts it;
# `hone trial` talks to the trial that it runs for.
set -eu

shape=$(hone trial suggest categorical shape line circle)
if [ "$shape" = circle ]; then
  radius=$(hone trial suggest float radius 0.1 10 --log)
else
  radius=5
  hone trial suggest int corners 1 9 --step 2 >corners.txt
fi

for step in 1 2 3 4 5; do
  # What a real program would train for a while. Smaller is better: a circle of radius 2.
  value=$(awk -v r="$radius" -v s="$step" 'BEGIN { print (r - 2)^2 + 1 / s }')
  # Exits with 10 when the trial is to stop.
  hone trial report "$step" "$value" || exit 0
done
hone trial attr note "\"a $shape\""
hone trial tell "$value"
