# SPDX-License-Identifier: MIT
"""The Python that `hone run` starts for a sampler written in Python."""

import json
import os
import subprocess
import sys
import sysconfig

import pytest

import hone

PROGRAM = os.environ.get("HONE_BIN", os.path.join(os.path.dirname(hone.__file__), "bin", "hone"))


@pytest.fixture
def run(tmp_path):
    """Runs a study of four trials by a sampler of these lines."""
    if not os.path.exists(PROGRAM):
        pytest.skip(f"{PROGRAM} was not built")

    def run(lines, **environment):
        (tmp_path / "mine.py").write_text(lines)
        config = {
            "study": {"name": "ends"},
            "storage": "sqlite:///ends.db",
            "sampler": "python:mine:Low",
            "space": {"x": {"type": "float", "low": 0, "high": 1}},
            "objective": {"command": ["echo", "{x}"]},
            "run": {"trials": 4},
        }
        (tmp_path / "study.jsonc").write_text(json.dumps(config))
        done = subprocess.run(
            [PROGRAM, "run", "study.jsonc"],
            cwd=tmp_path,
            env={**os.environ, "HONE_PYTHON": sys.executable, "PYTHONUNBUFFERED": "", **environment},
            capture_output=True,
            text=True,
            timeout=120,
        )
        if "is not there; install it" in done.stderr:
            pytest.skip(done.stderr.strip())
        return done

    return run


LOW = """
import hone
print("made")
class Low(hone.Sampler):
    def sample_independent(self, study, trial, name, distribution):
        print("trial", trial.number)
        return distribution.low
"""


def test_what_a_sampler_prints_is_seen(run):
    done = run(LOW)
    assert done.returncode == 0, done.stderr
    assert "made" in done.stdout and all(f"trial {number}" in done.stdout for number in range(4))


def test_a_library_of_python_that_is_loaded_already_is_started(run):
    library = os.path.join(sysconfig.get_config_var("LIBDIR") or "", sysconfig.get_config_var("INSTSONAME") or "")
    if ".so" not in library or not os.path.exists(library):
        pytest.skip("this Python has no shared library")
    done = run(LOW, LD_PRELOAD=library)
    assert done.returncode == 0, done.stderr
    assert "trial 3" in done.stdout


def test_why_the_package_cannot_be_imported_is_said(run, tmp_path):
    (tmp_path / "other" / "hone").mkdir(parents=True)
    (tmp_path / "other" / "hone" / "__init__.py").write_text("raise LookupError('a part is missing')")
    done = run(LOW, PYTHONPATH=str(tmp_path / "other"))
    assert done.returncode != 0 and "LookupError: a part is missing" in done.stderr
