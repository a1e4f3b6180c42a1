"""The import of registers (一单两库导入): good rows in, the others refused with what to do about each."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from sqlmodel import Session, col, select

from activities import audit
from activities.register_tables import Key, Store, store_of
from adapters.database import Database
from models.organisation import Department, DepartmentAlias, Office, Person
from rules.refusal import Refusal
from rules.register_columns import Register
from rules.register_rows import (
    KEYS,
    Fault,
    RawRow,
    Record,
    RefusedRow,
    check_record,
    check_row,
    complete,
    duplicate,
)
from rules.register_text import texts
from rules.roles import Role

CHUNK = 500
"""Rows a statement: SQLite takes some 32,000 parameters in one, older builds 999."""


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
    sha256: str = "",
    progress: Callable[[ImportSummary], None] | None = None,
    refused: Callable[[RefusedRow], None] | None = None,
) -> ImportSummary:
    """Bring a register up to a file's rows; a row that is refused never stops the others.

    Columns that a file lacks stay as they are, so a monthly list of codes and classes will do. One
    transaction: a draw's frozen directory is never of half a file. `progress` is told the sums after
    each chunk, `refused` each refused row. Refuses `OfficeUnknown`.
    """
    with database.write() as session:
        if session.get(Office, office) is None:
            raise Refusal("OfficeUnknown", f"没有领导小组办公室 {office}，请先登记")
        importing = _Import(session, office, register)
        total = ImportSummary()
        for chunk in _chunks(rows):
            summary, faulty = importing.take(chunk)
            total = total.plus(summary)
            if refused is not None:
                for one in faulty:
                    refused(one)
            if progress is not None:
                progress(total)
        audit.record(
            session,
            audit.office_chain(office),
            "register.imported",
            at=now,
            actor=actor,
            role=role.value,
            department=department,
            detail={
                "register": register.value,
                "added": total.added,
                "changed": total.changed,
                "unchanged": total.unchanged,
                "refused": total.refused,
                "sha256": sha256,
            },
        )
    return total


def export_register(database: Database, office: str, register: Register) -> Iterator[dict[str, str]]:
    """A register's rows as a file holds them; imported again they change nothing.

    They hold personal data: what is shown on a screen goes through `rules.register_text.masked`.
    """
    with database.read() as session:
        for record in store_of(session, office, register, set()).all():
            yield texts(register, record)


class _Import:
    """One file on its way into one register."""

    def __init__(self, session: Session, office: str, register: Register) -> None:
        self.register = register
        self.departments = _names(session, office)
        self.persons = set(session.exec(select(Person.id).where(col(Person.office) == office)))
        self.store: Store = store_of(session, office, register, self.persons)
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
            faults = check_record(self.register, whole, self.persons) or self._conflict(whole)
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
