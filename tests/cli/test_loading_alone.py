"""A group of commands loads by itself, whatever was imported before, and what is read every day loads little."""

import subprocess
import sys
from pathlib import Path

import pytest

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

DAILY = """
import sys
from typer.main import get_command
import starter

group, *command = sys.argv[1:]
found = get_command(starter.app).get_command(None, group)
for name in command:
    found = found.get_command(None, name)
heavy = ("temporalio", "alembic", "openpyxl", "docx", "numpy", "ortools", "jinja2", "opentelemetry", "apprise")
print(found.name, sorted(name for name in heavy if name in sys.modules))
"""


def _printed(program: str, *words: str) -> tuple[str, str]:
    run = subprocess.run(
        [sys.executable, "-c", program, *words],
        capture_output=True, text=True, check=False, cwd=Path(cli.__file__).parents[1],
    )  # fmt: skip
    return run.stdout, run.stderr


def test_each_group_of_commands_loads_alone() -> None:
    """Each in turn, with nothing of the command line and of the activities loaded before."""
    assert ("{}\n", "") == _printed(PROGRAM)


@pytest.mark.parametrize(
    "words",
    [
        ("inbox",),
        ("task", "show"),
        ("task", "list"),
        ("disposal", "list"),
        ("deadline", "list"),
        ("audit", "verify"),
    ],
    ids=" ".join,
)
def test_what_is_read_every_day_loads_neither_engine_nor_spreadsheets(words: tuple[str, ...]) -> None:
    """A list to read needs the database alone: what else a command may need is loaded by who needs it."""
    assert (f"{words[-1]} []\n", "") == _printed(DAILY, *words)
