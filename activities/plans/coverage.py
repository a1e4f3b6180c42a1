"""The three 全覆盖 of a plan: items, departments and subjects that no row covers (全覆盖核对)."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Text, cast
from sqlalchemy import select as core_select
from sqlalchemy.orm import Mapped
from sqlmodel import Session, col, select

from activities.plans.rows import rows_in_force
from activities.registers.subject_groups import subject_groups
from models.organisation import Department, DepartmentKind
from models.plan import PlanDocument, PlanRowVersion
from models.registers import CheckItem, Subject
from rules.item_matching import ListedItem, match_items
from rules.scope import ScopeFilter, Vocabulary, accepts, propose

SAMPLE = 5
_ALL = ScopeFilter()


@dataclass(frozen=True)
class Coverage:
    """What no row covers; `unread` are rows whose scope is prose that no filter renders wholly.

    `subjects` counts the subjects in force that no row's proposed filter accepts, by kind, with the codes
    of some that differ.
    """

    departments: tuple[str, ...]
    items: tuple[ListedItem, ...]
    items_total: int
    subjects: dict[str, int]
    subjects_total: int
    sample: tuple[str, ...]
    unread: tuple[str, ...]


def coverage_of(session: Session, plan: PlanDocument, day: date) -> Coverage:
    """Of the plan's version in force, against the registers as they stand."""
    rows = rows_in_force(session, plan.id, plan.version)
    listed = listed_items(session, plan.office)
    covered = {item for row in rows for item in _items_of(row, listed)}
    filters, unread = _filters(session, plan, rows)
    missed: Counter[str] = Counter()
    sample: list[str] = []
    total = 0
    for facts, size in subject_groups(session, plan.office, filters, day):
        total += size
        if not any(accepts(one, facts) for one in filters):
            missed[facts.kind] += size
            if len(sample) < SAMPLE:
                sample.append(facts.code)
    return Coverage(
        departments=_departments(session, plan, rows),
        items=tuple(item for item in listed if item not in covered),
        items_total=len(listed),
        subjects=dict(sorted(missed.items())),
        subjects_total=total,
        sample=tuple(sample),
        unread=unread,
    )


def listed_items(session: Session, office: str, departments: Sequence[str] = ()) -> list[ListedItem]:
    """The office's list of check items, or those of some departments."""
    statement = select(CheckItem).where(col(CheckItem.office) == office)
    if departments:
        statement = statement.where(col(CheckItem.department).in_(departments))
    rows = session.exec(statement.order_by(col(CheckItem.department), col(CheckItem.code)))
    return [ListedItem(row.department, row.code, row.name, row.object_class) for row in rows]


def vocabulary_of(session: Session, office: str) -> Vocabulary:
    """The words that the office's register knows: a scope is read by them."""

    def known(column: Mapped[str]) -> frozenset[str]:
        found = session.exec(select(column).where(col(Subject.office) == office).distinct())
        return frozenset(one for one in found if one)

    return Vocabulary(
        tags=tags_of(session, office),
        kinds=known(col(Subject.kind)),
        areas=known(col(Subject.area)),
        licences=known(col(Subject.licence)),
        levels=known(col(Subject.licence_level)),
    )


def tags_of(session: Session, office: str) -> set[str]:
    """The tags that the office's register knows."""
    # PostgreSQL compares JSON as text only.
    lists = cast(col(Subject.tags), Text)
    found = session.execute(core_select(lists).where(col(Subject.office) == office).distinct()).scalars()
    return {tag for tags in found for tag in json.loads(tags)}


def _items_of(row: PlanRowVersion, listed: Sequence[ListedItem]) -> Sequence[ListedItem]:
    parts = {row.initiator, *row.partners}
    own = [item for item in listed if item.department in parts]
    return match_items(row.name, row.fields["items"]["value"] or "", own).items


def _departments(session: Session, plan: PlanDocument, rows: Sequence[PlanRowVersion]) -> tuple[str, ...]:
    known = session.exec(
        select(Department.id)
        .where(col(Department.office) == plan.office, col(Department.kind) == DepartmentKind.DEPARTMENT)
        .order_by(col(Department.id))
    )
    taking_part = {one for row in rows for one in (row.initiator, *row.partners)}
    return tuple(one for one in known if one not in taking_part)


def _filters(
    session: Session, plan: PlanDocument, rows: Sequence[PlanRowVersion]
) -> tuple[list[ScopeFilter], tuple[str, ...]]:
    """Each row's proposed filter once; one that understood nothing would cover everybody and is left out."""
    known = vocabulary_of(session, plan.office)
    filters: dict[str, ScopeFilter] = {}
    unread = []
    for row in rows:
        proposal = propose(row.fields["scope"]["value"] or "", known)
        if proposal.not_understood:
            unread.append(row.seq)
            if proposal.filter == _ALL:
                continue
        filters[proposal.filter.model_dump_json()] = proposal.filter
    return list(filters.values()), tuple(unread)
