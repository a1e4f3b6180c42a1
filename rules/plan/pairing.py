"""Rows of a plan issued anew, paired with the former ones by content (配对): a proposal that a person confirms."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from rules.plan.printed import print_value
from rules.plan.words import compact

LIKELY = 0.5
"""From here on two rows are proposed as one and the same."""
_TEXTS = (("name", 0.5), ("scope", 0.2), ("items", 0.2), ("initiator", 0.1))
_TIES = (("window", 0.02), ("ratio", 0.005), ("partners", 0.005))
_EXACT = 1.0


@dataclass(frozen=True)
class Keyed:
    """A row with its number (as printed, or its key) and its values as JSON."""

    seq: str
    values: Mapping[str, Any]


@dataclass(frozen=True)
class Pair:
    """A new row by its printed number, the key of the former row that it continues (None: a new one), how sure."""

    printed: str
    key: str | None
    likeness: float


def pair(former: Sequence[Keyed], issued: Sequence[Keyed]) -> list[Pair]:
    """The likeliest pairs first; each former row is taken once; what is alike to nothing is new.

    Between rows of like words the window, the ratio and the partners decide, then the number.
    """
    ranked = sorted(
        (
            (-_score(old, new), int(old.seq != new.seq), i, j)
            for i, old in enumerate(former)
            for j, new in enumerate(issued)
            if _may_be(old, new)
        )
    )
    taken_old: set[int] = set()
    found: dict[int, Pair] = {}
    for negative, _, i, j in ranked:
        if i in taken_old or j in found:
            continue
        taken_old.add(i)
        likeness = min(_EXACT, round(-negative, 3))
        found[j] = Pair(issued[j].seq, former[i].seq, likeness)
    return [found.get(j) or Pair(new.seq, None, 0.0) for j, new in enumerate(issued)]


def _may_be(old: Keyed, new: Keyed) -> bool:
    return _likeness(old, new) >= LIKELY


def _score(old: Keyed, new: Keyed) -> float:
    ties = sum(weight for name, weight in _TIES if old.values.get(name) == new.values.get(name))
    return _likeness(old, new) + ties


def _likeness(old: Keyed, new: Keyed) -> float:
    return sum(
        weight * _alike(print_value(name, old.values.get(name)), print_value(name, new.values.get(name)))
        for name, weight in _TEXTS
    )


@lru_cache(maxsize=200_000)
def _alike(one: str, other: str) -> float:
    """The share of pairs of characters that two texts have in common, of all that either has."""
    if one == other:
        return 1.0
    first, second = _pairs(one), _pairs(other)
    together = len(first | second)
    return len(first & second) / together if together else 0.0


@lru_cache(maxsize=8192)
def _pairs(text: str) -> frozenset[str]:
    plain = compact(text)
    return frozenset(plain[at : at + 2] for at in range(max(1, len(plain) - 1)))
