# SPDX-License-Identifier: MIT
"""Runs the code of a Markdown page: run_blocks.py PAGE PREFIX WORK.

A comment before a code block says what becomes of it:
    <!-- file: NAME -->    it is written to the file NAME (made executable if it begins with #!)
    <!-- run -->           it is run by `sh -e`
    <!-- not run: WHY -->  it is left alone
All happens in WORK, in the page's order, with PREFIX/bin in the path and PREFIX where CMake looks for packages. A block
of code without such a comment is an error, so that none is forgotten.
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys

page, prefix, work = (pathlib.Path(argument).resolve() for argument in sys.argv[1:])
BLOCK = re.compile(r"(?:<!-- (?P<order>[^\n]*?) -->\n+)?^```(?P<language>\w*)\n(?P<code>.*?)^```$", re.MULTILINE | re.DOTALL)

shutil.rmtree(work, ignore_errors=True)
work.mkdir(parents=True)
environment = dict(os.environ, PATH=f"{prefix}/bin:{os.environ['PATH']}", CMAKE_PREFIX_PATH=str(prefix))
ran = 0
for block in BLOCK.finditer(page.read_text()):
    line = page.read_text()[: block.start()].count("\n") + 1
    order, code = block["order"] or "", block["code"]
    if order.startswith("file: "):
        path = work / order.removeprefix("file: ")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(code)
        if code.startswith("#!"):
            path.chmod(0o755)
    elif order == "run":
        print(f"---- {page.name}:{line}\n{code}", flush=True)
        if subprocess.run(["sh", "-e", "-c", code], cwd=work, env=environment, check=False).returncode != 0:
            sys.exit(f"{page.name}:{line}: this block failed")
        ran += 1
    elif not order.startswith("not run: "):
        sys.exit(f"{page.name}:{line}: no comment says what becomes of this block")
if ran == 0:
    sys.exit(f"{page.name} has no block to run")
