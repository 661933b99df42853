#!/bin/sh
# Stands for the program to be tuned: prints the value of its parameters. The least value, 0, is at x = 1, y = 10.
awk -v x="$1" -v y="$2" 'BEGIN { print (x - 1)^2 + (log(y) - log(10))^2 }'
