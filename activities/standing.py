"""What stands in force for an office on a day: its calendar and its policies."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from sqlalchemy import (
    Date,
    Row,
    String,
    bindparam,
    cast,
    func,
    literal,
    null,
    select,
    union_all,
)
from sqlalchemy.pool import Pool
from sqlmodel import Session, SQLModel

from models.registers import CalendarDay, CalendarYear, Policy
from rules.calendar import Calendar
from rules.deadline import Unit
from rules.period import Span, span_of
from rules.policy import PolicyKey

_DAY, _YEAR, _POLICY = (
    SQLModel.metadata.tables[str(model.__tablename__)] for model in (CalendarDay, CalendarYear, Policy)
)
# Policies are append-only, and a year that is loaded again has another moment: this tells all that may differ.
_STANDING = union_all(
    select(
        _YEAR.c.year.label("number"),
        _YEAR.c.document.label("document"),
        _YEAR.c.loaded_at.label("at"),
        literal(0).label("count"),
    ),
    select(
        func.max(_POLICY.c.id), cast(null(), String), func.max(_POLICY.c.set_at), func.count()
    ).select_from(_POLICY),
)
_POLICIES = (
    select(_POLICY)
    .where(_POLICY.c.office == bindparam("office"), _POLICY.c.valid_from <= bindparam("day", type_=Date))
    .order_by(_POLICY.c.valid_from, _POLICY.c.version)
)
_KEPT = 200
"""Offices and days whose policies a process keeps."""


class Standing(NamedTuple):
    """Which calendar and policies stand: what was read of them is good for as long as this is the same."""

    years: tuple[int, ...]
    calendar: str
    policies: tuple[Any, ...]


def standing(session: Session) -> Standing:
    """What stands now."""
    rows = session.execute(_STANDING).all()
    years = sorted((row for row in rows if row.document is not None), key=lambda row: int(row.number))
    return Standing(
        tuple(row.number for row in years),
        ",".join(f"{row.number}:{row.document}@{row.at.isoformat()}" for row in years),
        next(tuple(row) for row in rows if row.document is None),
    )


@dataclass
class _Known:
    """What was read over one pool of connections: the next one may lead to another database."""

    calendars: dict[str, Calendar] = field(default_factory=dict)
    policies: dict[tuple[Any, ...], "Policies"] = field(default_factory=dict)


_known: WeakKeyDictionary[Pool, _Known] = WeakKeyDictionary()


def _known_of(session: Session) -> _Known:
    return _known.setdefault(session.get_bind().engine.pool, _Known())


def load_calendar(session: Session, stands: Standing | None = None) -> Calendar:
    """The calendar table as the rules read it; kept per version, for every clock asks for it."""
    stands = stands or standing(session)
    known = _known_of(session).calendars
    calendar = known.get(stands.calendar)
    if calendar is None:
        days = {row.day: row.kind for row in session.execute(select(_DAY))}
        calendar = Calendar(days=days, published_years=frozenset(stands.years), version=stands.calendar)
        known[stands.calendar] = calendar
    return calendar


def load_policies(session: Session, office: str, day: date, stands: Standing) -> "Policies":
    """The policies of one office on one day, kept like the calendar."""
    known, key = _known_of(session).policies, (stands.policies, office, day)
    policies = known.get(key)
    if policies is None:
        if len(known) >= _KEPT:
            known.clear()
        policies = known[key] = Policies(session, office, day)
    return policies


def plan_of(task: str) -> str:
    """The plan that a task's id begins with."""
    return task.partition("/")[0]


class Policies:
    """The policies of one office on one day.

    What a plan's notice rules for its tasks goes before a department's own value, that before the office's.
    """

    def __init__(self, session: Session, office: str, day: date) -> None:
        rows = session.execute(_POLICIES, {"office": office, "day": day})
        # Later rows overwrite earlier ones: the newest that is in force counts.
        self._rows = {(row.plan, row.department, row.key): row for row in rows}

    def row(self, key: PolicyKey, department: str = "", plan: str = "") -> Row[Any] | None:
        """The row in force, None where the default holds."""
        scopes = ((plan, ""), ("", department), ("", "")) if plan else (("", department), ("", ""))
        found = (self._rows.get((*scope, key.value)) for scope in scopes)
        return next((row for row in found if row is not None), None)

    def value(self, key: PolicyKey, department: str = "", plan: str = "") -> Any:
        """The value in force."""
        row = self.row(key, department, plan)
        return key.default if row is None else row.value

    def span(self, key: PolicyKey, department: str = "", plan: str = "") -> Span:
        """The period in force; ValueError for a policy that is none."""
        value = self.value(key, department, plan)
        found = span_of(value, key.unit or Unit.WORKING_DAY)
        if found is None:
            raise ValueError(f"{key.value} is no period: {value!r}")
        return found

    def ruled(self, key: PolicyKey) -> bool:
        """Whether anybody, for any department or plan, has set a value of their own."""
        return any(key.value == known for _, _, known in self._rows)

    def clause(self, key: PolicyKey, department: str = "", plan: str = "") -> str:
        """The clause that the value comes from."""
        row = self.row(key, department, plan)
        return key.clause if row is None else str(row.clause)
