# SPDX-License-Identifier: MIT
"""The learning curves of curve_problems.hpp and curve_problems.py are the same to the last bit.

    check_curve_problems.py CURVES_HONE QUALITY_FOLDER
"""

import math
import subprocess
import sys

program, folder = sys.argv[1:]
sys.path.insert(0, folder)
import curve_problems  # noqa: E402

SIZES = {"generated": (None, None, None, None, 3), "digits": curve_problems.Digits.sizes}  # None: a real in [0, 1)

for name, sizes in SIZES.items():
    for seed in range(4):  # one of each trait
        problem = curve_problems.PROBLEMS[name](seed)
        for i in range(5):
            drawn = [curve_problems.uniform(seed, 9, 10 * i + j) for j in range(len(sizes))]
            point = [u if size is None else math.floor(size * u) for u, size in zip(drawn, sizes)]
            epoch = 1 + i * (problem.epochs - 1) // 4
            words = [name, seed, epoch, *map(repr, point), *[0] * (6 - len(point))]
            printed = subprocess.run([program, "--loss", *map(str, words)], capture_output=True, text=True, check=True)
            expected = [problem.loss(point, epoch), problem.noise(7, epoch), problem.target]
            assert [float(word) for word in printed.stdout.split()] == expected, (words, printed.stdout, expected)
