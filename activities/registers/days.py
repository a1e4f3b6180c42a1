"""A register as it was at the end of any day, and the directory that a draw would have frozen then."""

import csv
import io
from collections.abc import Collection, Iterator, Mapping
from datetime import date
from heapq import merge

from sqlmodel import Session

from activities.acts.sampling import NOT_IN_FORCE
from activities.draw.papers import ANNEX, load, load_plan
from activities.registers.history import former_on
from activities.registers.stores import store_of
from models.task import JointTask
from rules.draw_class import draw_class
from rules.draw_directory import canonical_directory
from rules.register_columns import Register
from rules.register_rows import KEYS, Record, check_row
from rules.register_text import texts
from rules.scope import ScopeFilter, SubjectFacts, accepts


def register_on(session: Session, office: str, register: Register, day: date) -> Iterator[dict[str, str]]:
    """Every record as the register held it at the end of a day, as a file would; subjects by their codes."""
    standing = (texts(register, one) for one in store_of(session, office, register, set(), day).all(day))
    former = former_on(session, office, register, day)
    if register is Register.SUBJECTS:
        return merge(standing, former, key=lambda row: row["code"])
    key = KEYS[register]
    rows = sorted([*standing, *former], key=lambda row: [row[name] for name in key])
    # A substitute's posting comes after the one they stand for, as the import wants it.
    return iter(sorted(rows, key=lambda row: bool(row.get("acting_for"))))


def directory_of_act(session: Session, task: JointTask, number: int) -> bytes:
    """The directory of an act that froze one, made again from the register of its day.

    Equal to what was frozen and hashed, unless the register changed later on that day. Who had reached a
    ceiling, was visited lately or was left out by approval is no fact of the register but of other tasks
    at that moment: they are taken from the act's annex, as are their reasons.
    """
    plan = load_plan(session, task.id, number)
    annex = csv.DictReader(io.StringIO(load(session, task.id, number, ANNEX).decode()))
    gone = frozenset(row["code"] for row in annex if row["left_out"] not in ("", NOT_IN_FORCE))
    entries = directory_on(
        session,
        task.office,
        ScopeFilter.model_validate(plan["scope"]),
        date.fromisoformat(plan["register_as_of"]),
        tiers=plan["trade_classes"],
        left_out=gone,
    )
    return canonical_directory(entries)


def directory_on(
    session: Session,
    office: str,
    scope: ScopeFilter,
    day: date,
    *,
    tiers: Mapping[str, str] | None = None,
    left_out: Collection[str] = (),
) -> list[tuple[str, str]]:
    """The (code, class) entries in force of a scope at the end of a day, by the register alone.

    `tiers` is the table of the trade's classes that counted then; `left_out` are codes that other facts
    than the register's kept out.
    """
    entries = []
    for row in register_on(session, office, Register.SUBJECTS, day):
        record = check_row(Register.SUBJECTS, {**row, "licensed_by": ""}, {})
        if isinstance(record, tuple):
            raise TypeError("what the register held is a sound row")
        gone = record["status"] != "存续" and (record["status_date"] is None or record["status_date"] <= day)
        if not gone and record["code"] not in left_out and accepts(scope, _facts(record)):
            class_ = draw_class(record["legal_form"], record["credit_class"], record["trade_class"], tiers)
            entries.append((record["code"], class_))
    return entries


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
