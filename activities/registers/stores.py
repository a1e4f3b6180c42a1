"""The stores of the registers: departments with their aliases, persons with their postings, and the plain ones."""

from collections.abc import Iterable, Iterator
from datetime import date

from sqlmodel import Session, col, select

from activities.registers.store import Key, Store
from activities.registers.tables import stands, table_of, upsert
from models.organisation import Department, DepartmentAlias, Person, Posting
from rules.register_columns import BodyKind, Register, column
from rules.register_rows import Fault, Record


class DepartmentStore(Store):
    """Departments by `<office>/<code>`, with their aliases; an alias is never taken away here."""

    def __init__(self, session: Session, office: str, today: date) -> None:
        super().__init__(session, office, Register.DEPARTMENTS, today)
        rows = session.exec(select(DepartmentAlias).where(col(DepartmentAlias.office) == office))
        self._owners = {row.alias: row.department for row in rows}

    def existing(self, records: Iterable[Record]) -> dict[Key, Record]:
        """What stands; a record's aliases that stand are counted as its own list, in its order."""
        wanted = {f"{self.office}/{record['code']}": record for record in records}
        rows = self.session.exec(select(Department).where(col(Department.id).in_(wanted)))
        found: dict[Key, Record] = {}
        for row in rows:
            record = self._record(row)
            key = (record["code"],)
            self.standing[key], self.since[key] = record, row.since
            given = wanted[row.id].get("aliases", [])
            found[key] = {
                **record,
                "aliases": [alias for alias in given if self._owners.get(alias) == row.id],
            }
        return found

    def all(self, day: date | None = None) -> Iterator[Record]:
        """Every department with its aliases."""
        rows = self.session.exec(
            select(Department)
            .where(col(Department.office) == self.office, *stands(self.table, day))
            .order_by(col(Department.id))
        )
        return map(self._record, rows)

    def _record(self, row: Department) -> Record:
        owned = sorted(alias for alias, owner in self._owners.items() if owner == row.id)
        return {
            "code": row.id.removeprefix(f"{self.office}/"),
            "name": row.name,
            "kind": BodyKind(row.kind),
            "aliases": [alias for alias in owned if alias != row.name],
        }

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
        self.keep([(one["code"],) for one in records])
        ids = [f"{self.office}/{record['code']}" for record in records]
        upsert(
            self.session,
            self.table,
            ("id",),
            [
                {
                    "id": own,
                    "office": self.office,
                    "name": record["name"],
                    "kind": record["kind"],
                    "since": self.today,
                }
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

    def __init__(self, session: Session, office: str, today: date, persons: set[str]) -> None:
        super().__init__(session, office, Register.PERSONS, today)
        self._persons = persons
        self._strangers: set[str] = set()

    def existing(self, records: Iterable[Record]) -> dict[Key, Record]:
        """What stands: postings with their persons."""
        ids = {record["person"] for record in records}
        people = self.session.exec(select(Person).where(col(Person.id).in_(ids))).all()
        self._strangers = {one.id for one in people if one.office != self.office}
        by_id = {one.id: one for one in people}
        for row in self.session.exec(select(Posting).where(col(Posting.person).in_(ids))):
            key = row.person, row.department, row.role, row.from_day
            self.standing[key], self.since[key] = _posted(row, by_id[row.person]), row.since
        return self.standing

    def all(self, day: date | None = None) -> Iterator[Record]:
        """Every posting with its person; a substitute's comes after the one they stand for."""
        rows = self.session.exec(
            select(Posting, Person)
            .join(Person, col(Person.id) == col(Posting.person))
            .where(col(Person.office) == self.office, *stands(table_of(Posting), day))
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
        """Write persons, then postings; where rows of one person differ, the last one's name counts.

        What changes of a person changes all postings of theirs, as a file shows them.
        """
        contact = {
            record["person"]: {name: record[name] for name in ("name", "email", "phone")}
            for record in records
        }
        written = {_posting_key(record): record for record in records}
        for key, held in self.standing.items():
            if key not in written and {**held, **contact.get(held["person"], {})} != held:
                written[key] = {**held, **contact[held["person"]]}
        self.keep(written)
        people = [{"id": person, "office": self.office, **own} for person, own in contact.items()]
        upsert(self.session, self.table, ("id",), people)
        fields = ("person", "department", "role", "from_day", "to_day", "acting_for")
        postings = [
            {**{name: record[name] for name in fields}, "since": self.today} for record in written.values()
        ]
        key = ("person", "department", "role", "from_day")
        upsert(self.session, table_of(Posting), key, postings)


def store_of(session: Session, office: str, register: Register, persons: set[str], today: date) -> Store:
    """The store of a register as of a day; `persons` grows with the persons that are written."""
    match register:
        case Register.DEPARTMENTS:
            return DepartmentStore(session, office, today)
        case Register.PERSONS:
            return PersonStore(session, office, today, persons)
        case Register.ITEMS:
            return Store(session, office, register, today)
        case _:
            return Store(session, office, register, today, opaque=True)


def keep_department(session: Session, body: Department, today: date) -> None:
    """Write a department as it stands into the history, before an alias is added to it."""
    store = DepartmentStore(session, body.office, today)
    store.keep(store.existing([{"code": body.id.removeprefix(f"{body.office}/")}]))
    body.since = today


def _posting_key(record: Record) -> Key:
    return record["person"], record["department"], record["role"], record["from_day"]


def _posted(posting: Posting, person: Person) -> Record:
    return {
        **posting.model_dump(exclude={"id", "since"}),
        **person.model_dump(include={"name", "email", "phone"}),
    }
