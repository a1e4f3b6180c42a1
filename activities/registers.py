"""The import of registers (一单两库导入): good rows in, the others refused with what to do about each."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime
from itertools import islice
from typing import Any, NamedTuple

from sqlmodel import Session, col, select

from activities import audit
from activities.authority import check_person, check_role
from activities.register_history import subjects_on
from activities.register_tables import Key, Store, store_of
from adapters.database import Database
from models.organisation import Department, DepartmentAlias, Office, Person
from rules.calendar import local_day
from rules.refusal import Refusal
from rules.register_columns import Register
from rules.register_rows import (
    KEYS,
    Fault,
    RawRow,
    Record,
    RefusedRow,
    check_change,
    check_record,
    check_row,
    complete,
    duplicate,
)
from rules.register_text import texts
from rules.roles import Role

CHUNK = 500
"""Rows a statement: SQLite takes some 32,000 parameters in one, older builds 999."""


_MAY_IMPORT = frozenset({Role.KEEPER, Role.OFFICE})


@dataclass(frozen=True)
class ImportSummary:
    """What became of a file's rows."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: int = 0

    @property
    def total(self) -> int:
        """All rows of the file."""
        return self.added + self.changed + self.unchanged + self.refused

    def plus(self, other: "ImportSummary") -> "ImportSummary":
        """The sum of both."""
        return ImportSummary(
            self.added + other.added,
            self.changed + other.changed,
            self.unchanged + other.unchanged,
            self.refused + other.refused,
        )


def import_register(
    database: Database,
    office: str,
    register: Register,
    rows: Iterable[RawRow],
    *,
    now: datetime,
    actor: str,
    role: Role = Role.MACHINE,
    department: str = "",
    acting_for: str | None = None,
    sha256: str = "",
    progress: Callable[[ImportSummary], None] | None = None,
    refused: Callable[[RefusedRow], None] | None = None,
) -> ImportSummary:
    """Bring a register up to a file's rows; a row that is refused never stops the others.

    Columns that a file lacks stay as they are, so a monthly list of codes and classes will do. One
    transaction: a draw's frozen directory is never of half a file. `progress` is told the sums after
    each chunk, `refused` each refused row. Refuses `OfficeUnknown`, and anybody but a keeper or the
    coordinating office (`Role.MACHINE` is the bootstrap); that refusal is an event of the chain too.
    """
    who = _Actor(actor, role, department, acting_for)
    _authorise(database, office, register, who, now)
    with database.write() as session:
        importing = _Import(session, office, register, local_day(now))
        total = ImportSummary()
        for chunk in _chunks(rows):
            summary, faulty = importing.take(chunk)
            total = total.plus(summary)
            if refused is not None:
                for one in faulty:
                    refused(one)
            if progress is not None:
                progress(total)
        detail = {"register": register.value, **asdict(total), "sha256": sha256}
        _record(session, office, "register.imported", who, now, detail)
    return total


def export_register(
    database: Database, office: str, register: Register, on: date | None = None
) -> Iterator[dict[str, str]]:
    """A register's rows as a file holds them; imported again they change nothing.

    `on` gives the subjects as the register held them at the end of that day; refuses `NoHistory` for
    other registers. The rows hold personal data: mask it before it is shown on a screen.
    """
    if on is not None and register is not Register.SUBJECTS:
        raise Refusal("NoHistory", f"{register.label}不能按日期查询，可查询的是{Register.SUBJECTS.label}")
    with database.read() as session:
        if on is not None:
            yield from subjects_on(session, office, on)
            return
        for record in store_of(session, office, register, set(), date.max).all():
            yield texts(register, record)


def export_by(
    database: Database,
    office: str,
    register: Register,
    *,
    now: datetime,
    actor: str,
    role: Role,
    department: str,
    acting_for: str | None = None,
    on: date | None = None,
) -> Iterator[dict[str, str]]:
    """An export by a keeper or the coordinating office, on the record of who took it; else refused."""
    who = _Actor(actor, role, department, acting_for)
    _authorise(database, office, register, who, now)
    with database.write() as session:
        detail = {"register": register.value, "on": on.isoformat() if on else None}
        _record(session, office, "register.exported", who, now, detail)
    return export_register(database, office, register, on)


class _Actor(NamedTuple):
    person: str
    role: Role
    department: str
    acting_for: str | None


def _authorise(database: Database, office: str, register: Register, who: _Actor, now: datetime) -> None:
    with database.read() as session:
        if session.get(Office, office) is None:
            raise Refusal("OfficeUnknown", f"没有领导小组办公室 {office}，请先登记")
        if who.role is Role.MACHINE:
            return
        try:
            check_role(_MAY_IMPORT, who.role)
            check_person(
                session,
                person=who.person,
                role=who.role,
                department=who.department,
                acting_for=who.acting_for,
                office=office,
                day=local_day(now),
            )
        except Refusal as found:
            refusal = found
        else:
            return
    with database.write() as session:
        detail = {"register": register.value, "type": refusal.type}
        _record(session, office, "register.refused", who, now, detail)
    raise refusal


def _record(
    session: Session, office: str, event: str, who: _Actor, now: datetime, detail: dict[str, Any]
) -> None:
    audit.record(
        session,
        audit.office_chain(office),
        event,
        at=now,
        actor=who.person,
        role=who.role.value,
        department=who.department,
        acting_for=who.acting_for,
        detail=detail,
    )


class _Import:
    """One file on its way into one register."""

    def __init__(self, session: Session, office: str, register: Register, today: date) -> None:
        self.register = register
        self.departments = _names(session, office)
        self.persons = set(session.exec(select(Person.id).where(col(Person.office) == office)))
        self.store: Store = store_of(session, office, register, self.persons, today)
        self.seen: set[int] = set()

    def take(self, chunk: list[RawRow]) -> tuple[ImportSummary, list[RefusedRow]]:
        """Check a chunk's rows and write the good ones."""
        refused: list[RefusedRow] = []
        given: dict[Key, tuple[RawRow, Record]] = {}
        for row in chunk:
            checked = (row.fault,) if row.fault else check_row(self.register, row.values, self.departments)
            if isinstance(checked, tuple):
                refused.append(RefusedRow(row, checked))
                continue
            key = tuple(checked[name] for name in KEYS[self.register])
            # 64 bits a row instead of the key: a million rows then weigh some 60 MB.
            if hash(key) in self.seen:
                refused.append(RefusedRow(row, (duplicate(self.register),)))
                continue
            self.seen.add(hash(key))
            given[key] = row, checked
        existing = self.store.existing([record for _, record in given.values()]) if given else {}
        changed: list[Record] = []
        added = unchanged = 0
        for key, (row, record) in given.items():
            standing = existing.get(key)
            whole = complete(self.register, record, standing)
            faults = (
                check_record(self.register, whole, self.persons)
                or check_change(self.register, standing, whole)
                or self._conflict(whole)
            )
            if faults:
                refused.append(RefusedRow(row, faults))
            elif whole == standing:
                unchanged += 1
            else:
                changed.append(whole)
                added += standing is None
        if changed:
            self.store.save(changed)
        refused.sort(key=lambda one: one.row.number)
        return ImportSummary(added, len(changed) - added, unchanged, len(refused)), refused

    def _conflict(self, record: Record) -> tuple[Fault, ...]:
        fault = self.store.conflict(record)
        return () if fault is None else (fault,)


def _names(session: Session, office: str) -> dict[str, str]:
    """All that names a department of the office: alias, name, code, id."""
    names: dict[str, str] = {}
    for alias in session.exec(select(DepartmentAlias).where(col(DepartmentAlias.office) == office)):
        names[alias.alias] = alias.department
    for one in session.exec(select(Department).where(col(Department.office) == office)):
        names |= {one.name: one.id, one.id: one.id, one.id.removeprefix(f"{office}/"): one.id}
    return names


def _chunks(rows: Iterable[RawRow]) -> Iterator[list[RawRow]]:
    source = iter(rows)
    while chunk := list(islice(source, CHUNK)):
        yield chunk
