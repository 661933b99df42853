# SPDX-License-Identifier: MIT
"""Writes qmc_reference.json: points of scipy's sequences, unscrambled. Made with scipy 1.17."""

import json
import pathlib

from scipy.stats import qmc

sobol = qmc.Sobol(1000, scramble=False, bits=52).random(64)
halton = qmc.Halton(1000, scramble=False).random(64)
indices = [0, 1, 2, 3, 5, 8, 13, 37, 63]
columns = [0, 1, 2, 3, 10, 99, 500, 999]
pathlib.Path(__file__).with_name("qmc_reference.json").write_text(
    json.dumps(
        {
            "indices": indices,
            "columns": columns,
            "sobol": [[float(sobol[i][c]) for c in columns] for i in indices],
            "halton": [[float(halton[i][c]) for c in columns] for i in indices],
        },
        indent=1,
    )
    + "\n"
)
