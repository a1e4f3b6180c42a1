"""The import of registers (一单两库导入): good rows in, the others refused with what to do about each."""

import gc
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date, datetime
from itertools import islice

from sqlmodel import Session, col, select

from activities.authority import Holding
from activities.registers.access import authorise, record_event
from activities.registers.state import unfinished, wake_held
from activities.registers.store import Store
from activities.registers.stores import store_of
from activities.registers.subject_load import SubjectLoad
from adapters.database import Database
from adapters.seen_keys import SeenKeys
from models.organisation import Department, DepartmentAlias, Office, Person
from models.registers import RegisterLoad
from rules.calendar import local_day
from rules.register_batch import Batch, BatchReader
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
from rules.roles import Role

CHUNK = 20_000
"""Rows a transaction: other writers of SQLite wait some tenths of a second for it."""


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
    progress: Callable[[ImportSummary], None] = lambda _: None,
    refused: Callable[[RefusedRow], None] = lambda _: None,
) -> ImportSummary:
    """Bring a register up to a file's rows; a row that is refused never stops the others.

    Columns that a file lacks stay as they are, so a monthly list of codes and classes will do. A file of
    up to `CHUNK` rows is one transaction. A longer one is several, so that nobody waits for it; until it
    is through it stands in `RegisterLoad`, and no draw freezes a directory. Broken off, it is imported
    again: what it has brought is unchanged then. `progress` is told the sums after each part, `refused`
    each refused row. Refuses `OfficeUnknown`, and anybody but a keeper or the coordinating office
    (`Role.MACHINE` is the bootstrap); that refusal is an event of the chain too.
    """
    who = Holding(actor, role, department, acting_for)
    authorise(database, office, register, who, now)
    load = RegisterLoad(office=office, directory=register.value, sha256=sha256, begun_by=actor, begun_at=now)
    total = ImportSummary()
    with SeenKeys() as seen, _no_collector():
        importing = _Import(database, office, register, local_day(now), seen)
        for chunk, last in _chunks(rows):
            read = importing.read(chunk)
            with database.write() as session:
                summary, faulty = importing.take(session, read)
                total = total.plus(summary)
                if last:
                    detail = {"register": register.value, **asdict(total), "sha256": sha256}
                    _end_loads(session, load, now)
                    record_event(session, office, "register.imported", who, now, detail)
                else:
                    load.rows = total.total
                    session.merge(load)
            for one in faulty:
                refused(one)
            progress(total)
    return total


def _end_loads(session: Session, load: RegisterLoad, now: datetime) -> None:
    """A file that is through ends its own load, and those before it that broke off."""
    while (open_one := unfinished(session, load.office, Register(load.directory))) is not None:
        open_one.ended_at = now
        session.flush()
    wake_held(session, load.office, now)


@contextmanager
def _no_collector() -> Iterator[None]:
    """Without the cyclic collector, which else walks over a part's rows again and again and finds nothing."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@dataclass
class _Read:
    """A part of a file: what of it can be taken, and what not."""

    size: int
    batches: list[Batch]
    refused: list[RefusedRow]


class _Import:
    """One file on its way into one register."""

    def __init__(
        self, database: Database, office: str, register: Register, today: date, seen: SeenKeys
    ) -> None:
        self.office = office
        self.register = register
        self.today = today
        self.seen = seen
        with database.read() as session:
            self.departments = _names(session, office)
            self.persons = set(session.exec(select(Person.id).where(col(Person.office) == office)))
        self.reader = BatchReader(register, self.departments)
        self.subjects = SubjectLoad(office, today)

    def read(self, chunk: list[RawRow]) -> _Read:
        """Check a part's rows one by one and against those before; nothing is locked meanwhile."""
        batches, refused = self.reader.read(chunk)
        fault = duplicate(self.register)
        for place, batch in enumerate(batches):
            repeated = self.seen.repeated(batch.keys(KEYS[self.register])) if batch.rows else ()
            if repeated:
                refused += [RefusedRow(batch.rows[one], (fault,)) for one in sorted(repeated)]
                batches[place] = batch.without(repeated)
        return _Read(len(chunk), batches, refused)

    def take(self, session: Session, read: _Read) -> tuple[ImportSummary, list[RefusedRow]]:
        """Write what can be taken; two files never write into one office's registers at once."""
        session.get_one(Office, self.office, with_for_update={"key_share": True})
        refused = list(read.refused)
        added = changed = unchanged = 0
        for batch in read.batches:
            of_batch = self._subjects if self.register is Register.SUBJECTS else self._records
            new, other, same, faulty = of_batch(session, batch)
            added, changed, unchanged = added + new, changed + other, unchanged + same
            refused += faulty
        refused.sort(key=lambda one: one.row.number)
        return ImportSummary(added, changed, unchanged, len(refused)), refused

    def _subjects(self, session: Session, batch: Batch) -> tuple[int, int, int, list[RefusedRow]]:
        return self.subjects.take(session, batch)

    def _records(self, session: Session, batch: Batch) -> tuple[int, int, int, list[RefusedRow]]:
        """The small registers, record by record."""
        store = store_of(session, self.office, self.register, self.persons, self.today)
        read = [check_row(self.register, row.values, self.departments) for row in batch.rows]
        records = [record for record in read if not isinstance(record, tuple)]
        existing = store.existing(records)
        refused: list[RefusedRow] = []
        changed: list[Record] = []
        added = unchanged = 0
        for row, record in zip(batch.rows, records, strict=True):
            standing = existing.get(tuple(record[name] for name in KEYS[self.register]))
            whole = complete(self.register, record, standing)
            faults = (
                check_record(self.register, whole, self.persons)
                or check_change(self.register, standing, whole)
                or _conflict(store, whole)
            )
            if faults:
                refused.append(RefusedRow(row, faults))
            elif whole == standing:
                unchanged += 1
            else:
                changed.append(whole)
                added += standing is None
        if changed:
            store.save(changed)
        return added, len(changed) - added, unchanged, refused


def _conflict(store: Store, record: Record) -> tuple[Fault, ...]:
    fault = store.conflict(record)
    return () if fault is None else (fault,)


def _names(session: Session, office: str) -> dict[str, str]:
    """All that names a department of the office: alias, name, code, id."""
    names: dict[str, str] = {}
    for alias in session.exec(select(DepartmentAlias).where(col(DepartmentAlias.office) == office)):
        names[alias.alias] = alias.department
    for one in session.exec(select(Department).where(col(Department.office) == office)):
        names |= {one.name: one.id, one.id: one.id, one.id.removeprefix(f"{office}/"): one.id}
    return names


def _chunks(rows: Iterable[RawRow]) -> Iterator[tuple[list[RawRow], bool]]:
    """Parts of a file, and whether one is the last; a file without rows is one empty part."""
    source = iter(rows)
    chunk = list(islice(source, CHUNK))
    for following in source:
        yield chunk, False
        chunk = [following, *islice(source, CHUNK - 1)]
    yield chunk, True
