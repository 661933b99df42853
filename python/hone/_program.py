# SPDX-License-Identifier: MIT
"""The program `hone` that the wheel carries."""

from __future__ import annotations

import os
import pathlib
import sys
from typing import NoReturn


def main() -> NoReturn:
    """Becomes the program, with this interpreter named for samplers written in Python."""
    program = pathlib.Path(__file__).parent / "bin" / "hone"
    os.environ.setdefault("HONE_PYTHON", sys.executable)
    os.execv(program, ["hone", *sys.argv[1:]])
