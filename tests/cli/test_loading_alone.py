"""A group of commands loads by itself: it must not need the order of imports that another group gave."""

import subprocess
import sys
from pathlib import Path

import cli

PROGRAM = """
import importlib, sys
import starter

broken = {}
for group, modules in starter.GROUPS.items():
    for loaded in [one for one in sys.modules if one.split(".")[0] in ("activities", "cli")]:
        del sys.modules[loaded]
    try:
        for name in modules:
            importlib.import_module(name)
    except ImportError as error:
        broken[group] = str(error)
print(broken)
"""


def test_each_group_of_commands_loads_alone() -> None:
    """Each in turn, with nothing of the command line and of the activities loaded before."""
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        capture_output=True, text=True, check=False, cwd=Path(cli.__file__).parents[1],
    )  # fmt: skip
    assert ("{}\n", "") == (run.stdout, run.stderr)
