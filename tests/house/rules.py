# SPDX-License-Identifier: MIT
"""Checks the rules that hold between the folders of the tree, and what the built plugins export."""

import concurrent.futures
import pathlib
import re
import subprocess
import sys

source, build, compiler = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), sys.argv[3]
problems = []

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)


def includes(path):
    return [(bracket == "<", name) for bracket, name in INCLUDE.findall(path.read_text())]


def sources(folder):
    return [path for path in sorted((source / folder).rglob("*")) if path.suffix in (".cpp", ".hpp")]


# Public headers include the standard library and each other only.
public = [path for folder in ("core/include", "sdk/include") for path in sources(folder)]
for path in public:
    for angled, name in includes(path):
        if not angled or ("/" in name and not name.startswith("hone/")):
            problems.append(f"{path}: a public header includes {name}")

# The core knows nothing of what is built on it.
for path in sources("core"):
    for _, name in includes(path):
        if name.startswith("hone/sdk/") or re.search(r"(^|/)(plugins|cli|analysis|sdk)/", name):
            problems.append(f"{path}: the core includes {name}")

# A plugin includes the public headers, its own files and libraries; never another plugin's.
for listing in sorted((source / "plugins").glob("*/*/CMakeLists.txt")):
    folder = listing.parent
    for path in sources(folder.relative_to(source)):
        for angled, name in includes(path):
            if not angled and not (path.parent / name).resolve().is_relative_to(folder):
                problems.append(f"{path}: a plugin includes {name}, which is not its own")

# Each public header compiles alone.
def compiles_alone(path):
    root = source / ("core/include" if path.is_relative_to(source / "core") else "sdk/include")
    command = [compiler, "-std=c++20", "-Wall", "-Wextra", "-Werror", "-fsyntax-only", "-x", "c++", "-"]
    command += ["-I", str(source / "core/include"), "-I", str(source / "sdk/include")]
    text = f"#include <{path.relative_to(root)}>\n"
    run = subprocess.run(command, input=text, capture_output=True, text=True)
    return None if run.returncode == 0 else f"{path} does not compile alone:\n{run.stderr}"


with concurrent.futures.ThreadPoolExecutor(max_workers=2) as pool:
    problems += filter(None, pool.map(compiles_alone, public))

# A plugin exports its table and nothing else, and leaves no symbol of hone's to be found elsewhere.
# Each has its row in the table.
table = (source / "docs/plugins.md").read_text()
plugins = sorted((build / "lib/hone/plugins").glob("*/*.so"))
if not plugins:
    problems.append(f"no plugin was built in {build / 'lib/hone/plugins'}")
for plugin in plugins:
    if f"`{plugin.stem}`" not in table:
        problems.append(f"docs/plugins.md has no row for {plugin.stem}")

    def symbols(which):
        run = subprocess.run(["nm", "-D", "-C", which, str(plugin)], capture_output=True, text=True, check=True)
        return [line.split(maxsplit=2 if which == "--defined-only" else 1)[-1] for line in run.stdout.splitlines()]

    exported = symbols("--defined-only")
    if exported != ["hone_plugin_table"]:
        problems.append(f"{plugin} exports {', '.join(exported)}; only hone_plugin_table is expected")
    problems += [f"{plugin} needs {name} from its host" for name in symbols("--undefined-only") if "hone::" in name]

print("\n".join(problems) or f"{len(public)} public headers and {len(plugins)} plugins keep the rules")
sys.exit(1 if problems else 0)
