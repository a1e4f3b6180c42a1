"""The world of the rulings' tests: the small office, a department that stays outside, and another office."""

from datetime import date

from sqlmodel import Session, SQLModel

from adapters.database import Database
from models.organisation import Department, DepartmentAlias, Office, Person, Posting
from rules.roles import Role
from tests.builders import DEPARTMENTS, DOCUMENT, LEAD, MONTHS, OFFICE, SECOND, THIRD, add_world, person

TASK = f"{DOCUMENT}/1/1"
TARGET = f"joint-task/{TASK}"
OFFICE_TARGET = f"office/{OFFICE}"
PARTS = (LEAD, SECOND, THIRD)
OUTSIDER = "test/outsider"
"""A department of the office that takes no part in the task."""
ABROAD, ABROAD_DESK = "else", "else/abroad"
"""Another office, a world of its own."""
NOBODY = "0" * 32
"""An id that nothing and nobody has."""
SHA = "a" * 64

TRAIL = ("submission", "answer", "audit_event", "audit_head")
"""What a refusal may write: the paper, its answer, and the trail of it."""


def item_of(department: str) -> str:
    """The code of the department's one check item."""
    return f"{department.split('/')[1]}-1"


def add_everything(
    session: Session, *, today: date = date(2026, 4, 1), months: tuple[int, int] = MONTHS
) -> None:
    """All that a task needs: 12 subjects of which 9 are drawn, so that both channels bear on it."""
    add_world(session, subjects=12, percent="75", today=today, months=months)
    session.add(Department(id=OUTSIDER, office=OFFICE, name="局外局"))
    for department, name in DEPARTMENTS.items():
        session.add(DepartmentAlias(office=OFFICE, alias=name, department=department))
    session.add(Office(code=ABROAD, name="邻县领导小组办公室", territory="邻县"))
    session.flush()
    session.add(Department(id=ABROAD_DESK, office=ABROAD, name="邻县办公室"))
    session.flush()
    for department in (OUTSIDER, ABROAD_DESK):
        for role in Role:
            add_person(session, department, role)


def add_person(
    session: Session,
    department: str,
    role: Role,
    *,
    name: str = "",
    acting_for: str | None = None,
    to_day: date | None = None,
) -> str:
    """Somebody who holds a role in a department since long; returns the person's id."""
    own = name or person(department, role)
    if session.get(Person, own) is None:
        session.add(Person(id=own, office=department.split("/", maxsplit=1)[0], name="测试人"))
        session.flush()
    session.add(
        Posting(
            person=own,
            department=department,
            role=role,
            from_day=date(2020, 1, 1),
            to_day=to_day,
            acting_for=acting_for,
        )
    )
    session.flush()
    return own


def dump(database: Database, *, without: tuple[str, ...] = ()) -> dict[str, list[str]]:
    """Every row of every table as text, sorted: two dumps are equal where nothing has changed."""
    with database.engine.connect() as connection:
        return {
            name: sorted(map(repr, connection.exec_driver_sql(f'SELECT * FROM "{name}"').fetchall()))
            for name in SQLModel.metadata.tables
            if name not in without
        }
