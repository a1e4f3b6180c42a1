"""A plausible county with evidently fictitious names: seeded, its dates relative to the demo's day."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from random import Random

from sqlmodel import Session

from activities.registers.loading import ImportSummary, import_register
from adapters.database import Database
from cli.demo.bodies import BASES, CITY_BODIES, COUNTY_BODIES, ITEMS, OFFICE, OFFICE_NAME, TERRITORY
from cli.demo.people import OFFICE_BODY, People, officers, staff
from cli.demo.subjects import Row, others, schools, serial_numbers
from models.organisation import Office
from models.registers import CalendarDay, CalendarYear
from rules.calendar_seed import from_library
from rules.register_columns import BodyKind, Register
from rules.register_rows import numbered

_CALENDARS = {
    2023: "国办发明电〔2022〕16号",
    2024: "国办发明电〔2023〕7号",
    2025: "国办发明电〔2024〕12号",
    2026: "国办发明电〔2025〕7号",
}
"""The State Council's notices of holidays; the days themselves are the library's."""
LAST_PUBLISHED = max(_CALENDARS)
"""The last year whose calendar the county knows."""


@dataclass(frozen=True)
class County:
    """The rows of each register's file, cells by field."""

    departments: list[Row]
    persons: list[Row]
    items: list[Row]
    subjects: list[Row]
    officers: list[Row]

    def registers(self) -> Iterator[tuple[Register, list[Row]]]:
        """The registers in the order in which one refers to another."""
        yield Register.DEPARTMENTS, self.departments
        yield Register.PERSONS, self.persons
        yield Register.ITEMS, self.items
        yield Register.SUBJECTS, self.subjects
        yield Register.OFFICERS, self.officers


def county(seed: int, today: date, *, other_subjects: int = 3000) -> County:
    """The county of a seed on a day: the same again for the same arguments."""
    random = Random(seed)  # noqa: S311 - a generator of examples, nothing is drawn by it
    serials = serial_numbers()
    people = People(today)
    bodies = (*COUNTY_BODIES, *CITY_BODIES)
    staff(people, bodies)
    pupils = schools(random, today, serials)
    canteens = [row["code"] for row in pupils]
    certified = officers(random, today, people, COUNTY_BODIES, canteens)
    return County(
        departments=_departments(),
        persons=people.rows,
        items=_items(today),
        subjects=pupils + others(random, today, other_subjects, serials),
        officers=certified,
    )


def load_county(database: Database, county: County, now: datetime) -> dict[Register, ImportSummary]:
    """Bring the office, its calendar and its registers up to the county; a second time changes nothing."""
    with database.write() as session:
        if session.get(Office, OFFICE) is None:
            session.add(Office(code=OFFICE, name=OFFICE_NAME, territory=TERRITORY))
        _load_calendar(session, now)
    return {
        register: import_register(
            database, OFFICE, register, numbered(rows), now=now, actor="setup", sha256=_digest(rows)
        )
        for register, rows in county.registers()
    }


def _departments() -> list[Row]:
    office = {
        "code": OFFICE_BODY,
        "name": OFFICE_NAME,
        "kind": BodyKind.OFFICE.label,
        "aliases": "县双随机办;县领导小组办公室",
    }
    members = [
        {
            "code": body.code,
            "name": body.name,
            "kind": BodyKind.DEPARTMENT.label,
            "aliases": ";".join(body.aliases),
        }
        for body in (*COUNTY_BODIES, *CITY_BODIES)
    ]
    return [office, *members]


def _items(today: date) -> list[Row]:
    return [
        {
            "code": item.code,
            "name": item.name,
            "department": item.body,
            "grade": item.grade,
            "object_class": item.objects,
            "basis": BASES[item.code],
            "method": "实地核查",
            "specialty": item.specialty,
            "edition": f"{today.year}年第一版",
            "guide": f"{item.name}工作指引",
        }
        for item in ITEMS
    ]


def _load_calendar(session: Session, now: datetime) -> None:
    for year, document in _CALENDARS.items():
        if session.get(CalendarYear, year) is not None:
            continue
        session.add(CalendarYear(year=year, document=document, loaded_at=now))
        for day, kind, name in from_library([year]):
            session.add(CalendarDay(day=day, year=year, kind=kind, name=name, document=document))


def _digest(rows: list[Row]) -> str:
    return hashlib.sha256(json.dumps(rows, ensure_ascii=False, sort_keys=True).encode()).hexdigest()
