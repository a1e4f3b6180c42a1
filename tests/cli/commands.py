"""Every command of the program, and the one that words name."""

from collections.abc import Iterator
from typing import Any

from typer.main import get_command

from starter import app

ROOT: Any = get_command(app)
CONTEXT = ROOT.make_context("starter.py", [], resilient_parsing=True)


def commands(group: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every command with its path."""
    for name in group.list_commands(CONTEXT):
        command = group.get_command(CONTEXT, name)
        if hasattr(command, "list_commands"):
            yield from commands(command, (*path, name))
        else:
            yield (*path, name), command


ALL = dict(commands(ROOT))


def named(words: list[str]) -> tuple[Any, list[str]]:
    """The command that words name, and the words that are left for it."""
    found: Any = ROOT
    while hasattr(found, "list_commands"):
        found, words = found.get_command(CONTEXT, words[0]), words[1:]
    return found, words
