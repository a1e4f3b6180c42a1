"""The subjects in force as groups that filters cannot tell apart, counted by the database (对象分组)."""

import json
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Integer, Text, case, cast, func, null
from sqlalchemy import select as core_select
from sqlalchemy.orm import Mapped
from sqlmodel import Session, col

from activities.draw.scope_rows import in_force
from models.registers import Subject
from rules.scope import ScopeFilter, SubjectFacts

_FETCHED = 10_000


def subject_groups(
    session: Session, office: str, filters: Sequence[ScopeFilter], day: date
) -> Iterator[tuple[SubjectFacts, int]]:
    """Each group with the facts that the filters see (its first code stands for it) and its size.

    A million subjects are some thousands of groups: capital and floor area count only by the limits
    that a filter sets. A list picked by hand tells every subject apart, and is no filter of a plan row.
    """
    capital = [(one.min_capital, one.max_capital) for one in filters]
    floor_area = [(one.min_floor_area, one.max_floor_area) for one in filters]
    columns: list[Any] = [
        col(Subject.kind),
        col(Subject.legal_form),
        # PostgreSQL compares JSON as text only.
        cast(col(Subject.tags), Text),
        col(Subject.area),
        col(Subject.credit_class),
        _step(col(Subject.capital), capital),
        _step(col(Subject.floor_area), floor_area),
        col(Subject.licence),
        col(Subject.licence_level),
    ]
    named = [column.label(f"fact_{place}") for place, column in enumerate(columns)]
    found = (
        core_select(func.min(col(Subject.code)), func.count(), *named)
        .where(col(Subject.office) == office, in_force(day))
        .group_by(*(column.name for column in named))
        .order_by(func.min(col(Subject.code)))
    )
    for code, size, kind, form, tags, *rest in session.execute(
        found, execution_options={"yield_per": _FETCHED}
    ):
        yield SubjectFacts(code, kind, form, frozenset(json.loads(tags)), *rest), size


def _step(
    column: Mapped[int | None], limits: Sequence[tuple[int | None, int | None]]
) -> ColumnElement[int | None]:
    """The greatest limit that a number reaches, which every filter answers as it answers the number."""
    borders = {low for low, _ in limits if low is not None}
    borders |= {high + 1 for _, high in limits if high is not None}
    if not borders:
        return cast(null(), Integer)
    steps = [(column >= border, border) for border in sorted(borders, reverse=True)]
    return case(*steps, (column.is_not(None), -1), else_=null())
