"""What a command said."""

from collections.abc import Callable
from dataclasses import dataclass


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
