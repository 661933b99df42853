# SPDX-License-Identifier: MIT
"""A progress bar on standard error."""

from __future__ import annotations

import sys
import time
from typing import Optional

_WIDTH = 30


class ProgressBar:
    """One line that overwrites itself on a terminal; elsewhere a line at each tenth."""

    def __init__(self, n_trials: Optional[int], timeout: Optional[float]) -> None:
        self._n_trials = n_trials
        self._timeout = timeout
        self._begin = time.monotonic()
        self._shown = 0.0
        self._tenth = 0
        self._done = 0
        self._terminal = sys.stderr.isatty()

    def update(self, best: Optional[str]) -> None:
        self._done += 1
        now = time.monotonic()
        if self._terminal and now - self._shown < 0.1 and self._done != self._n_trials:
            return
        self._shown = now
        part = self._part(now)
        text = f"{self._done}" + (f"/{self._n_trials}" if self._n_trials else "") + " trials"
        text += f", {now - self._begin:.0f} s" + (f", {best}" if best else "")
        if self._terminal:
            bar = "#" * int(part * _WIDTH)
            sys.stderr.write(f"\r\x1b[K[{bar:<{_WIDTH}}] {text}")
            sys.stderr.flush()
        elif part is not None and int(part * 10) > self._tenth:
            self._tenth = int(part * 10)
            sys.stderr.write(text + "\n")

    def close(self) -> None:
        if self._terminal and self._done:
            sys.stderr.write("\n")

    def _part(self, now: float) -> float:
        parts = [self._done / self._n_trials] if self._n_trials else []
        if self._timeout:
            parts.append((now - self._begin) / self._timeout)
        return min(1.0, max(parts, default=0.0))
