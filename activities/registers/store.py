"""A register's records by business key: what stands, and writing over it with the former state on record."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from sqlalchemy import Table
from sqlalchemy import select as core_select
from sqlmodel import Session, SQLModel

from activities.registers.history import Former, keep, key_text
from activities.registers.tables import by_code, stands, table_of, upsert
from models.base import opaque_ids
from models.organisation import Department, Person
from models.registers import CheckItem, Expert, Officer, Subject
from rules.register_columns import Register
from rules.register_rows import Fault, Record

Key = tuple[Any, ...]
_MODELS: Mapping[Register, type[SQLModel]] = {
    Register.DEPARTMENTS: Department,
    Register.PERSONS: Person,
    Register.ITEMS: CheckItem,
    Register.SUBJECTS: Subject,
    Register.OFFICERS: Officer,
    Register.EXPERTS: Expert,
}


class Store:
    """The records of one office in one table, by business key; their former states stay on record."""

    def __init__(
        self, session: Session, office: str, register: Register, today: date, *, opaque: bool = False
    ) -> None:
        self.session = session
        self.office = office
        self.register = register
        self.today = today
        self.table = table_of(_MODELS[register])
        self.opaque = opaque
        """Whether new rows get an opaque id here; elsewhere the database numbers them."""
        self.standing: dict[Key, Record] = {}
        self.since: dict[Key, date | None] = {}

    def existing(self, records: Iterable[Record]) -> dict[Key, Record]:
        """What stands under the records' keys."""
        names = _names(self.table)
        columns = [self.table.c[name] for name in (*names, "since")]
        codes = [one["code"] for one in records]
        for *cells, since in self.session.execute(
            by_code(self.session, self.table, self.office, columns, codes)
        ):
            record = dict(zip(names, cells, strict=True))
            self.standing[(record["code"],)] = record
            self.since[(record["code"],)] = since
        return self.standing

    def all(self, day: date | None = None) -> Iterator[Record]:
        """Every record of the office that stands, or that stands since a day or before, by its code."""
        names = _names(self.table)
        statement = core_select(*(self.table.c[name] for name in names)).where(
            self.table.c.office == self.office, *stands(self.table, day)
        )
        rows = self.session.execute(
            statement.order_by(self.table.c.code), execution_options={"yield_per": 1000}
        )
        return (dict(zip(names, row, strict=True)) for row in rows)

    def conflict(self, record: Record) -> Fault | None:  # noqa: ARG002 - overridden where there is one
        """What keeps a sound record from being written beside what others hold."""
        return None

    def save(self, records: list[Record]) -> None:
        """Write records whole: new ones in, standing ones into the history and over."""
        self.keep([(one["code"],) for one in records])
        rows = [{**record, "office": self.office, "since": self.today} for record in records]
        if self.opaque:
            # A standing row keeps its id: the upsert never sets it.
            rows = [{**row, "id": own} for row, own in zip(rows, opaque_ids(len(rows)), strict=True)]
        upsert(self.session, self.table, ("office", "code"), rows)

    def keep(self, keys: Iterable[Key]) -> None:
        """Write what stands under the keys into the history, before it is overwritten."""
        former = [
            Former(key_text(key), self.since[key], self.standing[key]) for key in keys if key in self.standing
        ]
        keep(self.session, self.office, self.register, former, self.today)


def _names(table: Table) -> list[str]:
    """The columns that are part of a record."""
    return [one.name for one in table.c if one.name not in ("id", "office", "since")]
