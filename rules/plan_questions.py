"""The open questions of a plan: each field that was not plainly read, with its proposal and its reason (待定问题)."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rules.launchable import LABELS, WAITING, open_fields
from rules.plan.printed import print_value


@dataclass(frozen=True)
class Question:
    """One field of one row that waits for a person; `value` is the proposal, None where nobody can say."""

    seq: str
    name: str
    field: str
    raw: str
    value: Any
    why: str
    label: str
    """The field's Chinese name."""
    shown: str = ""
    """The proposal's words where the field is none of a row's."""

    @property
    def proposal(self) -> str:
        """The proposal in printed words; '' where there is none."""
        if self.shown:
            return self.shown
        return (print_value(self.field, self.value) or "无") if self.value is not None else ""

    @property
    def likeness(self) -> tuple[str, str]:
        """Equal where field and proposal are one and the same: such are settled in bulk."""
        return self.field, json.dumps(self.value, ensure_ascii=False, sort_keys=True)


def questions_of(
    rows: Iterable[tuple[str, str, Mapping[str, Mapping[str, Any]]]],
    *,
    field: str | None = None,
    seqs: Sequence[str] = (),
) -> list[Question]:
    """The open questions of rows (key, name, fields), in the rows' order."""
    return [
        Question(seq, name, key, fields[key]["raw"], _proposed(fields[key]), why, LABELS[key])
        for seq, name, fields in rows
        for key, why in open_fields(fields).items()
        if field in (None, key) and (not seqs or seq in seqs)
    ]


def _proposed(field: Mapping[str, Any]) -> Any:
    """What is plainly printed, and yet is asked for, cannot be the answer."""
    return field["value"] if field["status"] in WAITING else None


def same_proposals(questions: Iterable[Question]) -> list[list[Question]]:
    """The questions that have a proposal, those with one and the same together; the largest group first."""
    groups: dict[tuple[str, str], list[Question]] = {}
    for one in questions:
        if one.value is not None:
            groups.setdefault(one.likeness, []).append(one)
    return sorted(groups.values(), key=len, reverse=True)


def chosen_seqs(text: str, known: Sequence[str]) -> list[str]:
    """Row numbers as people write them: 3, 3,7, 4-9; each of `known`, in its order.

    Raises ValueError with the part that names no row.
    """
    wanted: set[str] = set()
    for part in text.replace("，", ",").replace("、", ",").split(","):
        first, dash, last = part.strip().partition("-")
        if part.strip() in known:
            wanted.add(part.strip())
        elif dash and first in known and last in known:
            wanted.update(known[known.index(first) : known.index(last) + 1])
        else:
            raise ValueError(part.strip())
    return [seq for seq in known if seq in wanted]
