"""The subjects of a scope, found by the database: a million of them would be too many objects (抽查范围)."""

import json
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Row, String, Table, and_, case, cast, exists, false, func, or_
from sqlalchemy import select as core_select
from sqlalchemy.dialects import postgresql
from sqlmodel import Session, col, select

from activities.registers.tables import table_of
from models.registers import Subject
from rules.scope import ScopeFilter

IN_FORCE = "存续"
_STATUS = col(Subject.status)
_COLUMNS = (
    col(Subject.id),
    col(Subject.code),
    _STATUS,
    col(Subject.legal_form),
    col(Subject.credit_class),
    col(Subject.trade_class),
    col(Subject.class_date),
    col(Subject.trade_date),
    col(Subject.area),
    col(Subject.tags),
)
_CHUNK = 10_000


def scope_rows(
    session: Session, office: str, scope: ScopeFilter, day: date
) -> Iterator[Row[*tuple[Any, ...]]]:
    """Whom the filter accepts, in force or not, in no order; see `_COLUMNS` for what a row holds.

    A status (注销, 迁出, 停业) counts from its date: until then the subject is in force.
    """
    status = case((col(Subject.status_date) > day, IN_FORCE), else_=col(Subject.status)).label("status")
    columns = [status if column is _STATUS else column for column in _COLUMNS]
    statement = core_select(*columns).where(*_accepted(session, office, scope))
    yield from session.execute(statement, execution_options={"yield_per": _CHUNK})


def scope_count(session: Session, office: str, scope: ScopeFilter, day: date) -> int:
    """How many subjects in force a filter accepts."""
    return _count(session, *_accepted(session, office, scope), in_force(day))


def scope_sample(
    session: Session, office: str, scope: ScopeFilter, day: date, size: int
) -> Sequence[Subject]:
    """Some of those in force whom the filter accepts: ids are random, so the first by id are any."""
    statement = select(Subject).where(*_accepted(session, office, scope), in_force(day))
    return session.exec(statement.order_by(col(Subject.id)).limit(size)).all()


def lacking_facts(session: Session, office: str, scope: ScopeFilter, day: date) -> int:
    """How many subjects in force drop out because the register does not say what the filter asks (`missing`)."""
    asked = (
        (bool(scope.areas), col(Subject.area) == ""),
        (bool(scope.credit_classes), col(Subject.credit_class).is_(None)),
        ((scope.min_capital, scope.max_capital) != (None, None), col(Subject.capital).is_(None)),
        ((scope.min_floor_area, scope.max_floor_area) != (None, None), col(Subject.floor_area).is_(None)),
        (scope.licence is not None, col(Subject.licence) == ""),
        (scope.licence_level is not None, col(Subject.licence_level) == ""),
    )
    unknown = or_(false(), *(absent for wanted, absent in asked if wanted))
    return _count(session, col(Subject.office) == office, in_force(day), unknown)


def unknown_codes(session: Session, office: str, codes: Sequence[str]) -> set[str]:
    """Which of the codes the office's register does not hold."""
    if not codes:
        return set()
    given = _given(codes, postgres=session.get_bind().dialect.name == "postgresql")
    known = core_select(col(Subject.code)).where(col(Subject.office) == office)
    return set(session.execute(core_select(given).where(given.not_in(known))).scalars())


def in_force(day: date) -> ColumnElement[bool]:
    """Of subjects in force on a day: a status (注销, 迁出, 停业) takes effect from its date."""
    return or_(col(Subject.status) == IN_FORCE, col(Subject.status_date) > day)


def out_of_force(day: date) -> ColumnElement[bool]:
    """Of subjects whose status has taken effect by a day."""
    return and_(
        col(Subject.status) != IN_FORCE,
        or_(col(Subject.status_date).is_(None), col(Subject.status_date) <= day),
    )


def _count(session: Session, *conditions: ColumnElement[bool]) -> int:
    return session.exec(select(func.count()).select_from(Subject).where(*conditions)).one()


def _accepted(session: Session, office: str, scope: ScopeFilter) -> list[ColumnElement[bool]]:
    """The filter as the database reads it."""
    found = [col(Subject.office) == office, *_conditions(scope)]
    postgres = session.get_bind().dialect.name == "postgresql"
    if scope.hand_picked:
        found.append(col(Subject.code).in_(core_select(_given(scope.hand_picked, postgres=postgres))))
    found += [_tagged(scope.tags_any, postgres=postgres)] if scope.tags_any else []
    found += [~_tagged(scope.exclude_tags, postgres=postgres)] if scope.exclude_tags else []
    return found


def _given(codes: Sequence[str], *, postgres: bool) -> ColumnElement[Any]:
    """A list of any length as a column: one parameter each would be too many."""
    if postgres:
        listed = func.unnest(cast(list(codes), postgresql.ARRAY(String))).table_valued("code")
        return listed.render_derived().c.code
    return func.json_each(json.dumps(codes)).table_valued("value").c.value


def _tagged(tags: Sequence[str], *, postgres: bool) -> ColumnElement[bool]:
    """Of subjects with any of the tags, which each database reads from its JSON in its own way."""
    table: Table = table_of(Subject)
    function = func.json_array_elements_text if postgres else func.json_each
    listed = function(table.c.tags).table_valued("value")
    one = core_select(listed.c.value).where(listed.c.value.in_(tags)).correlate(table)
    return exists(one)


def _conditions(scope: ScopeFilter) -> list[ColumnElement[bool]]:
    """The filter's conditions on plain columns."""
    found: list[ColumnElement[bool]] = [
        column.in_(values)
        for column, values in (
            (col(Subject.kind), scope.kinds),
            (col(Subject.legal_form), scope.legal_forms),
            (col(Subject.area), scope.areas),
            (col(Subject.credit_class), scope.credit_classes),
        )
        if values
    ]
    for column, low, high in (
        (col(Subject.capital), scope.min_capital, scope.max_capital),
        (col(Subject.floor_area), scope.min_floor_area, scope.max_floor_area),
    ):
        found += [column >= low] if low is not None else []
        found += [column <= high] if high is not None else []
    for text, wanted in (
        (col(Subject.licence), scope.licence),
        (col(Subject.licence_level), scope.licence_level),
    ):
        found += [text == wanted] if wanted is not None else []
    return found
