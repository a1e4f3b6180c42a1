"""The tables behind the registers: what stands for a set of keys, and set-based upserts of records."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, ClassVar

from sqlalchemy import Column, Select, String, Table, cast, func, insert, true
from sqlalchemy import select as core_select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, SQLModel, col, select

from models.base import opaque_ids
from models.organisation import Department, DepartmentAlias, Person, Posting
from models.registers import CheckItem, Expert, Officer, Subject, SubjectHistory
from rules.register_columns import BodyKind, Register, column
from rules.register_rows import Fault, Record
from rules.register_text import texts

Key = tuple[Any, ...]


class Store:
    """The records of one office in one table, by business key."""

    hidden: ClassVar[tuple[str, ...]] = ("id", "office")
    """Columns that are no part of a record."""

    def __init__(self, session: Session, office: str, model: type[SQLModel], *, opaque: bool) -> None:
        self.session = session
        self.office = office
        self.table = table_of(model)
        self.opaque = opaque
        """Whether new rows get an opaque id here; elsewhere the database numbers them."""

    def existing(self, records: Iterable[Record]) -> dict[Key, Record]:
        """What stands under the records' keys."""
        names = [one.name for one in self.table.c if one.name not in self.hidden]
        place = names.index("code")
        statement = self._by_code([self.table.c[name] for name in names], [one["code"] for one in records])
        return {(row[place],): dict(zip(names, row, strict=True)) for row in self.session.execute(statement)}

    def _by_code(self, columns: list[Column[Any]], codes: list[str]) -> Select[Any]:
        office, code = self.table.c.office, self.table.c.code
        if self.session.get_bind().dialect.name != "postgresql":
            return core_select(*columns).where(office == self.office, code.in_(codes))
        # Before a table's first ANALYZE the planner takes the index of the office alone for a list of
        # codes and reads the whole register each time; one code at a time it takes the unique index.
        wanted = func.unnest(cast(codes, postgresql.ARRAY(String))).table_valued("code").render_derived()
        row = (
            core_select(*columns).where(office == self.office, code == wanted.c.code).limit(1).lateral("row")
        )
        return core_select(row).select_from(wanted).join(row, true())

    def all(self) -> Iterator[Record]:
        """Every record of the office, by its code."""
        names = [one.name for one in self.table.c if one.name not in self.hidden]
        statement = core_select(*(self.table.c[name] for name in names)).where(
            self.table.c.office == self.office
        )
        rows = self.session.execute(
            statement.order_by(self.table.c.code), execution_options={"yield_per": 1000}
        )
        return (dict(zip(names, row, strict=True)) for row in rows)

    def conflict(self, record: Record) -> Fault | None:  # noqa: ARG002 - overridden where there is one
        """What keeps a sound record from being written beside what others hold."""
        return None

    def save(self, records: list[Record]) -> None:
        """Write records whole: new ones in, standing ones over."""
        rows = [{**record, "office": self.office} for record in records]
        if self.opaque:
            # A standing row keeps its id: the upsert never sets it.
            rows = [{**row, "id": own} for row, own in zip(rows, opaque_ids(len(rows)), strict=True)]
        upsert(self.session, self.table, ("office", "code"), rows)


class SubjectStore(Store):
    """Subjects, whose former states stay on record with the days on which they held."""

    hidden: ClassVar[tuple[str, ...]] = ("id", "office", "since")

    def __init__(self, session: Session, office: str, today: date) -> None:
        super().__init__(session, office, Subject, opaque=True)
        self._today = today
        self._standing: dict[Key, Record] = {}

    def existing(self, records: Iterable[Record]) -> dict[Key, Record]:
        """What stands, kept until it is overwritten."""
        self._standing = super().existing(records)
        return self._standing

    def save(self, records: list[Record]) -> None:
        """Write what stood into the history, then the records with the day from which they hold."""
        changed = [record["code"] for record in records if (record["code"],) in self._standing]
        since = dict(
            self.session.execute(self._by_code([self.table.c.code, self.table.c.since], changed)).all()
        )
        former = [
            {
                "office": self.office,
                "code": code,
                "valid_from": since[code],
                "valid_to": self._today,
                "record": texts(Register.SUBJECTS, self._standing[(code,)]),
            }
            for code in changed
        ]
        if former:
            self.session.execute(insert(table_of(SubjectHistory)), former)
        super().save([{**record, "since": self._today} for record in records])


class DepartmentStore(Store):
    """Departments by `<office>/<code>`, with their aliases; an alias is never taken away here."""

    def __init__(self, session: Session, office: str) -> None:
        super().__init__(session, office, Department, opaque=False)
        rows = session.exec(select(DepartmentAlias).where(col(DepartmentAlias.office) == office))
        self._owners = {row.alias: row.department for row in rows}

    def existing(self, records: Iterable[Record]) -> dict[Key, Record]:
        """What stands; a record's aliases that stand are counted as its own list, in its order."""
        wanted = {f"{self.office}/{record['code']}": record for record in records}
        rows = self.session.exec(select(Department).where(col(Department.id).in_(wanted)))
        found: dict[Key, Record] = {}
        for row in rows:
            given = wanted[row.id].get("aliases", [])
            standing = [alias for alias in given if self._owners.get(alias) == row.id]
            code = row.id.removeprefix(f"{self.office}/")
            found[(code,)] = {"code": code, "name": row.name, "kind": row.kind, "aliases": standing}
        return found

    def all(self) -> Iterator[Record]:
        """Every department with its aliases."""
        rows = self.session.exec(
            select(Department).where(col(Department.office) == self.office).order_by(col(Department.id))
        )
        for row in rows:
            aliases = sorted(
                alias for alias, owner in self._owners.items() if owner == row.id and alias != row.name
            )
            code = row.id.removeprefix(f"{self.office}/")
            yield {"code": code, "name": row.name, "kind": BodyKind(row.kind), "aliases": aliases}

    def conflict(self, record: Record) -> Fault | None:
        """An alias, or the name, that already stands for another department."""
        own = f"{self.office}/{record['code']}"
        taken = [
            alias for alias in (record["name"], *record["aliases"]) if self._owners.get(alias, own) != own
        ]
        if taken:
            header = column(Register.DEPARTMENTS, "aliases").header
            return Fault(header, f"“{taken[0]}”已是 {self._owners[taken[0]]} 的名称或别名，请删去或改正")
        self._owners |= dict.fromkeys((record["name"], *record["aliases"]), own)
        return None

    def save(self, records: list[Record]) -> None:
        """Write departments, and their names and aliases into the alias table."""
        ids = [f"{self.office}/{record['code']}" for record in records]
        upsert(
            self.session,
            self.table,
            ("id",),
            [
                {"id": own, "office": self.office, "name": record["name"], "kind": record["kind"]}
                for own, record in zip(ids, records, strict=True)
            ],
        )
        aliases = [
            {"office": self.office, "alias": alias, "department": own}
            for own, record in zip(ids, records, strict=True)
            for alias in dict.fromkeys((record["name"], *record["aliases"]))
        ]
        upsert(self.session, table_of(DepartmentAlias), ("office", "alias"), aliases)


class PersonStore(Store):
    """Persons and their postings: a row is one posting with its person."""

    def __init__(self, session: Session, office: str, persons: set[str]) -> None:
        super().__init__(session, office, Person, opaque=False)
        self._persons = persons
        self._strangers: set[str] = set()

    def existing(self, records: Iterable[Record]) -> dict[Key, Record]:
        """What stands: postings with their persons."""
        ids = {record["person"] for record in records}
        people = self.session.exec(select(Person).where(col(Person.id).in_(ids))).all()
        self._strangers = {one.id for one in people if one.office != self.office}
        by_id = {one.id: one for one in people}
        found: dict[Key, Record] = {}
        for row in self.session.exec(select(Posting).where(col(Posting.person).in_(ids))):
            key = row.person, row.department, row.role, row.from_day
            found[key] = _posted(row, by_id[row.person])
        return found

    def all(self) -> Iterator[Record]:
        """Every posting with its person; a substitute's comes after the one they stand for."""
        rows = self.session.exec(
            select(Posting, Person)
            .join(Person, col(Person.id) == col(Posting.person))
            .where(col(Person.office) == self.office)
            .order_by(col(Posting.acting_for).is_not(None), col(Person.id), col(Posting.id))
        )
        return (_posted(posting, person) for posting, person in rows)

    def conflict(self, record: Record) -> Fault | None:
        """A person's id that another office has given away: ids are one space for all offices."""
        if record["person"] in self._strangers:
            header = column(Register.PERSONS, "person").header
            return Fault(header, "该编号已由其他领导小组办公室使用，请另编")
        self._persons.add(record["person"])
        return None

    def save(self, records: list[Record]) -> None:
        """Write persons, then postings; where rows of one person differ, the last one's name counts."""
        people = {
            record["person"]: {
                "id": record["person"],
                "office": self.office,
                **{name: record[name] for name in ("name", "email", "phone")},
            }
            for record in records
        }
        upsert(self.session, self.table, ("id",), list(people.values()))
        fields = ("person", "department", "role", "from_day", "to_day", "acting_for")
        postings = [{name: record[name] for name in fields} for record in records]
        key = ("person", "department", "role", "from_day")
        upsert(self.session, table_of(Posting), key, postings)


def _posted(posting: Posting, person: Person) -> Record:
    return {
        **posting.model_dump(exclude={"id"}),
        **person.model_dump(include={"name", "email", "phone"}),
    }


def store_of(session: Session, office: str, register: Register, persons: set[str], today: date) -> Store:
    """The store of a register as of a day; `persons` grows with the persons that are written."""
    match register:
        case Register.DEPARTMENTS:
            return DepartmentStore(session, office)
        case Register.PERSONS:
            return PersonStore(session, office, persons)
        case Register.ITEMS:
            return Store(session, office, CheckItem, opaque=False)
        case Register.SUBJECTS:
            return SubjectStore(session, office, today)
        case Register.OFFICERS:
            return Store(session, office, Officer, opaque=True)
        case Register.EXPERTS:
            return Store(session, office, Expert, opaque=True)


def table_of(model: type[SQLModel]) -> Table:
    """The table behind a model."""
    return SQLModel.metadata.tables[str(model.__tablename__)]


def upsert(session: Session, table: Table, key: tuple[str, ...], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows of one shape, or set everything but key and id where the key stands."""
    if not rows:
        return
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    statement = dialect.insert(table)
    changing = [name for name in rows[0] if name not in (*key, "id")]
    if changing:
        statement = statement.on_conflict_do_update(
            index_elements=key, set_={name: statement.excluded[name] for name in changing}
        )
    else:
        statement = statement.on_conflict_do_nothing(index_elements=key)
    session.connection().execute(statement, rows)
