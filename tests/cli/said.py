"""What a command said."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Said:
    """What a command said, and its exit code."""

    code: int
    out: str
    err: str


Say = Callable[..., Said]
"""Runs a command."""


def refused(said: Said) -> tuple[int, str]:
    """Exit code and type of a refusal."""
    return said.code, said.err[said.err.index("（") + 1 : said.err.index("）")]


def data(say: Say, *words: str) -> Any:
    """What a command prints as JSON."""
    said = say(*words, "--json")
    assert said.code == 0, said.err
    return json.loads(said.out)
