#!/bin/sh
# Stands for the program to be tuned: prints a value for each of ten steps, and the result as its last line.
awk -v x="$1" 'BEGIN { for (step = 1; step <= 10; ++step) print "step " step " loss " (x - 1)^2 + 1 / step; print (x - 1)^2 + 0.1 }'
