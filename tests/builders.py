"""Builders of test data: a small office with departments, people, registers and an adopted plan."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlmodel import Session

from activities.papers.filing import Actor
from models.organisation import Department, DepartmentKind, Office, Person, Posting
from models.plan import PlanDocument, PlanRow, PlanRowVersion, PlanStatus, PlanVersion
from models.registers import CalendarDay, CalendarYear, CheckItem, Officer, RegisterConfirmation, Subject
from rules.calendar_seed import from_library
from rules.channel import LegalForm
from rules.roles import Role

OFFICE = "test"
LEAD, SECOND, THIRD = "test/lead", "test/second", "test/third"
OFFICE_DESK = "test/office"
DEPARTMENTS = {LEAD: "牵头局", SECOND: "配合局", THIRD: "协同局"}
DOCUMENT = "test-2026"
NOW = datetime(2026, 4, 1, 2, 0, tzinfo=UTC)
"""10:00 in Beijing on a Wednesday inside the row's window."""
MONTHS = (3, 10)
"""The row's window: its first and last month."""
ALL_YEAR = (1, 12)
"""A window for tests whose clock is the engine's own, that is today's."""


def person(department: str, role: Role) -> str:
    """The id of the person who holds a role in a department."""
    return f"p-{department.split('/')[1]}-{role.value}"


def actor(department: str, role: Role) -> Actor:
    """That person, acting."""
    return Actor(person(department, role), role, department)


def subject_code(number: int) -> str:
    """The 18-character register key of the n-th subject."""
    return f"XK{number:016d}"


def add_office(session: Session) -> None:
    """The office, its departments and one person in each role."""
    session.add(Office(code=OFFICE, name="测试领导小组办公室", territory="测试县"))
    session.flush()
    session.add(Department(id=OFFICE_DESK, office=OFFICE, name="领导小组办公室", kind=DepartmentKind.OFFICE))
    for department, name in DEPARTMENTS.items():
        session.add(Department(id=department, office=OFFICE, name=name))
    session.flush()
    roles = (Role.HANDLER, Role.APPROVER, Role.HEAD, Role.OFFICER, Role.KEEPER)
    posts = [(department, role) for department in DEPARTMENTS for role in roles]
    for department, role in [*posts, (OFFICE_DESK, Role.OFFICE), (OFFICE_DESK, Role.HEAD)]:
        session.add(Person(id=person(department, role), office=OFFICE, name=f"测试人{role.label}"))
        session.flush()
        session.add(
            Posting(
                person=person(department, role), department=department, role=role, from_day=date(2020, 1, 1)
            )
        )
    session.flush()


def add_calendar(session: Session, years: tuple[int, ...] = (2024, 2025, 2026)) -> None:
    """The published calendars; a later year is left provisional, as it is where no notice has come."""
    for year in years:
        session.add(CalendarYear(year=year, document=f"国办发明电〔{year - 1}〕", loaded_at=NOW))
    for day, kind, name in from_library(years):
        session.add(CalendarDay(day=day, year=day.year, kind=kind, name=name))
    session.flush()


def add_coming_years(session: Session, today: date) -> None:
    """Calendars, without a holiday, of a day's year and the next where none is known: doctor asks for them late in a year."""
    for year in {today.year, today.year + 1}:
        if session.get(CalendarYear, year) is None:
            session.add(CalendarYear(year=year, document="测试", loaded_at=NOW))
    session.flush()


def add_registers(session: Session, *, subjects: int = 12, officers: int = 6, today: date) -> None:
    """Subjects (every third an enterprise of class A–D, the rest public institutions), officers, items."""
    for number in range(subjects):
        enterprise = number % 3 == 0
        session.add(
            Subject(
                office=OFFICE,
                code=subject_code(number),
                name=f"测试对象{number}",
                kind="学校",
                legal_form=LegalForm.ENTERPRISE if enterprise else LegalForm.PUBLIC_INSTITUTION,
                credit_class="ABCD"[number // 3 % 4] if enterprise else None,
                class_date=today if enterprise else None,
                area="东镇" if number % 2 else "西镇",
            )
        )
    for department in DEPARTMENTS:
        code = department.split("/")[1]
        session.add(CheckItem(office=OFFICE, code=f"{code}-1", name=f"{code}事项", department=department))
        for number in range(officers):
            session.add(
                Officer(
                    office=OFFICE,
                    department=department,
                    code=f"ZF-{code}-{number:03d}",
                    name=f"测试执法{number}",
                    certificate_to=today + timedelta(days=700),
                    capacity=100_000,
                )
            )
    for directory in ("subjects", "officers"):
        session.add(
            RegisterConfirmation(
                office=OFFICE, directory=directory, confirmed_on=today, confirmed_by=person(LEAD, Role.KEEPER)
            )
        )
    session.flush()


def read_field(value: Any) -> dict[str, Any]:
    """A field as the reader gives it, plainly read."""
    return {"value": value, "status": "read", "raw": "", "why": ""}


def set_field(value: Any) -> dict[str, Any]:
    """A field as a person settled it."""
    return {"value": value, "status": "set", "raw": "", "why": "核实"}


def row_fields(
    percent: str = "30", *, name: str = "学校联合抽查", months: tuple[int, int] = MONTHS
) -> dict[str, Any]:
    """The fields of a complete county row."""
    return {
        "name": read_field(name),
        "items": read_field("安全检查"),
        "scope": read_field("全县学校"),
        "smart": read_field(""),
        "ratio": read_field({"percent": percent, "at_least": False, "min_count": None, "tiers": None}),
        "frequency": read_field({"times": 1, "times_max": None, "per": "year"}),
        "window": read_field({"from_month": months[0], "to_month": months[1]}),
        "risk": read_field({"kind": "none", "ratio": False, "frequency": False, "classes": []}),
        "initiator": read_field("牵头局"),
        "partners": read_field(["配合局", "协同局"]),
        "mode": read_field({"draw": "county", "check": "county"}),
    }


def add_plan(
    session: Session,
    *,
    partners: tuple[str, ...] = (SECOND, THIRD),
    percent: str = "30",
    months: tuple[int, int] = MONTHS,
    year: int = 2026,
) -> None:
    """An adopted plan of one row, number 1."""
    session.add(
        PlanDocument(
            id=DOCUMENT,
            office=OFFICE,
            status=PlanStatus.ADOPTED,
            version=1,
            number=f"测双随机办〔{year}〕1号",
            title="测试计划",
            year=year,
            reading={
                "number": read_field(f"测双随机办〔{year}〕1号"),
                "office": read_field("测试领导小组办公室"),
                "title": read_field("测试计划"),
                "year": read_field(year),
                "date": read_field(f"{year}-01-01"),
                "report_by": read_field(f"{year}-11-20"),
            },
        )
    )
    session.flush()
    session.add(
        PlanVersion(
            document=DOCUMENT,
            version=1,
            file_sha256="0" * 64,
            adopted_on=date(year, 1, 1),
            adopted_by=person(OFFICE_DESK, Role.OFFICE),
            adopted_at=NOW - timedelta(days=80),
        )
    )
    row: dict[str, Any] = {
        "document": DOCUMENT,
        "seq": "1",
        "line": 1,
        "version": 1,
        "name": "学校联合抽查",
        "fields": row_fields(percent, months=months),
        "initiator": LEAD,
        "partners": list(partners),
        "from_month": months[0],
        "to_month": months[1],
    }
    session.add(PlanRow(**row))
    session.add(PlanRowVersion(**row, adopted_on=date(year, 1, 1)))
    session.flush()


def add_world(
    session: Session,
    *,
    subjects: int = 12,
    officers: int = 6,
    percent: str = "30",
    partners: tuple[str, ...] = (SECOND, THIRD),
    today: date = date(2026, 4, 1),
    months: tuple[int, int] = MONTHS,
) -> None:
    """Everything that a task needs to be started; the plan is of `today`'s year."""
    add_office(session)
    add_calendar(session)
    add_registers(session, subjects=subjects, officers=officers, today=today)
    add_plan(session, partners=partners, percent=percent, months=months, year=today.year)
