"""The register of subjects as it was at the end of any day (名录沿革): draws depend on it."""

from collections.abc import Iterator
from datetime import date
from heapq import merge

from sqlalchemy import select as core_select
from sqlmodel import Session, col, or_, select

from activities.register_tables import table_of
from models.registers import Subject, SubjectHistory
from rules.channel import uses_credit_class
from rules.draw import canonical_directory
from rules.quota import UNCLASSIFIED
from rules.register_columns import Register
from rules.register_rows import Record, check_row
from rules.register_text import texts
from rules.scope import ScopeFilter, SubjectFacts, accepts

_SLICE = 1000


def subjects_on(session: Session, office: str, day: date) -> Iterator[dict[str, str]]:
    """Every subject as the register held it at the end of a day, in order of the codes, as a file would."""
    return merge(_standing(session, office, day), _former(session, office, day), key=lambda row: row["code"])


def directory_on(session: Session, office: str, scope: ScopeFilter, day: date) -> list[tuple[str, str]]:
    """The (code, class) entries that a draw of this scope would have frozen at the end of a day.

    Equal to a draw's frozen directory for its day, unless the register changed later on that day.
    """
    entries = []
    for row in subjects_on(session, office, day):
        record = check_row(Register.SUBJECTS, {**row, "licensed_by": ""}, {})
        if isinstance(record, tuple):
            raise TypeError("what the register held is a sound row")
        closed = record["status"] != "存续" and (
            record["status_date"] is None or record["status_date"] <= day
        )
        if not closed and accepts(scope, _facts(record)):
            entries.append((record["code"], _class(record)))
    return entries


def directory_bytes_on(session: Session, office: str, scope: ScopeFilter, day: date) -> bytes:
    """That directory as it is frozen and hashed."""
    return canonical_directory(directory_on(session, office, scope, day))


def _standing(session: Session, office: str, day: date) -> Iterator[dict[str, str]]:
    table = table_of(Subject)
    names = [one.name for one in table.c if one.name not in ("id", "office", "since")]
    statement = (
        core_select(*(table.c[name] for name in names))
        .where(table.c.office == office, or_(table.c.since.is_(None), table.c.since <= day))
        .order_by(table.c.code)
    )
    for row in session.execute(statement, execution_options={"yield_per": _SLICE}):
        yield texts(Register.SUBJECTS, dict(zip(names, row, strict=True)))


def _former(session: Session, office: str, day: date) -> Iterator[dict[str, str]]:
    statement = (
        select(SubjectHistory)
        .where(
            col(SubjectHistory.office) == office,
            or_(col(SubjectHistory.valid_from).is_(None), col(SubjectHistory.valid_from) <= day),
            col(SubjectHistory.valid_to) > day,
        )
        .order_by(col(SubjectHistory.code))
    )
    for row in session.exec(statement.execution_options(yield_per=_SLICE)):
        yield dict(row.record)


def _facts(record: Record) -> SubjectFacts:
    return SubjectFacts(
        code=record["code"],
        kind=record["kind"],
        legal_form=record["legal_form"],
        tags=frozenset(record["tags"]),
        area=record["area"],
        credit_class=record["credit_class"],
        capital=record["capital"],
        floor_area=record["floor_area"],
        licence=record["licence"],
        licence_level=record["licence_level"],
    )


def _class(record: Record) -> str:
    used = record["credit_class"] and uses_credit_class(record["legal_form"])
    return record["credit_class"] if used else UNCLASSIFIED
