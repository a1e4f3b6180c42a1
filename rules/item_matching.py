"""A plan row's prose matched to the list of check items (抽查事项与清单匹配): a proposal per department."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_PARTS = re.compile(r"[、，,；;。/\n]|以及|\d+[.．)）]")
_STOP = re.compile(r"(?:情况)?(?:的)?(?:监督|行政|执法|专项|随机)?(?:检查|抽查|核查)$")
_NEAR = 0.5
_SHORTEST = 2


@dataclass(frozen=True)
class ListedItem:
    """An item of the list, with the department whose it is."""

    department: str
    code: str
    name: str
    object_class: str = ""


@dataclass(frozen=True)
class ItemMatch:
    """The items that a row speaks of, and its words that no list knows: those are flagged."""

    items: tuple[ListedItem, ...]
    unlisted: tuple[str, ...]

    def of(self, department: str) -> tuple[str, ...]:
        """The codes proposed for a department."""
        return tuple(item.code for item in self.items if item.department == department)


def match_items(name: str, prose: str, listed: Iterable[ListedItem]) -> ItemMatch:
    """The items of which half of the pairs of characters occur in the row's name and items."""
    words = _pairs(name) | _pairs(prose)
    near = tuple(item for item in listed if _share(_pairs(_core(item.name)), words) >= _NEAR)
    known = [_pairs(item.name) | _pairs(item.object_class) for item in near]
    unlisted = [
        part
        for part in _parts(prose)
        if not any(_share(_pairs(_core(part)), pairs) >= _NEAR for pairs in known)
    ]
    return ItemMatch(near, tuple(dict.fromkeys(unlisted)))


def _parts(prose: str) -> Sequence[str]:
    return [part.strip(" ()（）") for part in _PARTS.split(prose) if len(part.strip(" ()（）")) >= _SHORTEST]


def _core(text: str) -> str:
    """What is checked, without the word for checking."""
    return _STOP.sub("", text) or text


def _pairs(text: str) -> frozenset[str]:
    return frozenset(text[at : at + 2] for at in range(len(text) - 1))


def _share(part: frozenset[str], whole: frozenset[str]) -> float:
    return len(part & whole) / len(part) if part else 0.0
