# SPDX-License-Identifier: MIT
"""Prints what failed, and `N passed, M failed`: the tests of all CTest runs of .ci/run, and its other checks."""

import pathlib
import sys
import xml.etree.ElementTree

results = pathlib.Path(sys.argv[1])
passed, failed = 0, []
runs = {path.stem: xml.etree.ElementTree.parse(path).getroot() for path in sorted(results.glob("*.xml"))}
for preset, run in runs.items():
    for test in run.iter("testcase"):
        if test.get("status") == "fail" or test.find("failure") is not None:
            failed.append(f"{preset}: {test.get('name')}")
        elif test.get("status") == "run":
            passed += 1

# A check that ran tests counts by its tests, unless it failed without any of them failing.
counted = {"tests": "release"} | {f"{preset}: tests": preset for preset in runs}
for line in (results / "checks").read_text().splitlines():
    verdict, name = line.split(" ", 1)
    preset = counted.get(name)
    if verdict == "passed":
        passed += preset not in runs
    elif preset not in runs or not any(test.startswith(preset + ":") for test in failed):
        failed.append(name)

for name in failed:
    print("FAILED:", name)
print(f"{passed} passed, {len(failed)} failed")
sys.exit(1 if failed else 0)
