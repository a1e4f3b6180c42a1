"""The difference between two versions of a plan, such as anybody can read (调整对照)."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from rules.launchable import LABELS
from rules.plan.printed import print_value


class Change(StrEnum):
    """What became of a row (调整、增、减)."""

    CHANGED = "changed"
    ADDED = "added"
    REMOVED = "removed"

    @property
    def label(self) -> str:
        """The word of the trade."""
        return {"changed": "调整", "added": "增", "removed": "减"}[self.value]


@dataclass(frozen=True)
class Line:
    """One row's change; `fields` are (label, before, after) in printed words, all of a new row's."""

    change: Change
    seq: str
    name: str
    fields: tuple[tuple[str, str, str], ...] = ()

    @property
    def words(self) -> str:
        """The change in one sentence."""
        head = f"{self.change.label} 序号{self.seq}《{self.name}》"
        if self.change is not Change.CHANGED:
            return head
        return f"{head}：" + "；".join(
            f"{label}由“{before or '无'}”改为“{after or '无'}”" for label, before, after in self.fields
        )


def difference(before: Mapping[str, Mapping[str, Any]], after: Mapping[str, Mapping[str, Any]]) -> list[Line]:
    """Both are values by key; keys in the order of their numbers."""
    keys = sorted(before.keys() | after.keys(), key=lambda seq: (len(seq), seq))
    lines = []
    for seq in keys:
        old, new = before.get(seq), after.get(seq)
        if old is None and new is not None:
            fields = tuple((label, "", print_value(name, new.get(name))) for name, label in LABELS.items())
            lines.append(Line(Change.ADDED, seq, str(new["name"]), fields))
        elif new is None and old is not None:
            lines.append(Line(Change.REMOVED, seq, str(old["name"])))
        elif old is not None and new is not None and (fields := _fields(old, new)):
            lines.append(Line(Change.CHANGED, seq, str(new["name"] or old["name"]), fields))
    return lines


def _fields(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[tuple[str, str, str], ...]:
    return tuple(
        (label, print_value(name, old.get(name)), print_value(name, new.get(name)))
        for name, label in LABELS.items()
        if old.get(name) != new.get(name)
    )
