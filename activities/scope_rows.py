"""The subjects of a scope as rows of a few columns: a million of them would be too many objects (抽查范围)."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Row, case
from sqlalchemy import select as core_select
from sqlmodel import Session, col

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
    statement = core_select(*columns).where(col(Subject.office) == office, *_conditions(scope))
    picked, any_of, none_of = set(scope.hand_picked), set(scope.tags_any), set(scope.exclude_tags)
    for row in session.execute(statement, execution_options={"yield_per": _CHUNK}):
        if picked and row.code not in picked:
            continue
        if (any_of and any_of.isdisjoint(row.tags)) or not none_of.isdisjoint(row.tags):
            continue
        yield row


def scope_count(session: Session, office: str, scope: ScopeFilter, day: date) -> int:
    """How many subjects in force a filter accepts."""
    return sum(row.status == IN_FORCE for row in scope_rows(session, office, scope, day))


def _conditions(scope: ScopeFilter) -> list[ColumnElement[bool]]:
    """The filter's conditions on plain columns; tags are a JSON document, which each database reads its own way."""
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
