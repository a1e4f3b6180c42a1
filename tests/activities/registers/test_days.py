"""Every register keeps what it held: officers, experts, items, persons and departments on any day."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import col, select

from activities.registers.exporting import export_register
from activities.registers.loading import ImportSummary, import_register
from adapters.database import Database
from models.papers import AddAlias, PostPerson
from models.registers import RegisterHistory
from rules.register_columns import Register
from rules.register_rows import numbered
from rules.roles import Role
from tests.activities.conftest import At
from tests.activities.register_data import DEPARTMENTS, PERSONS, two_offices
from tests.activities.world import OFFICE_TARGET
from tests.builders import LEAD, OFFICE, OFFICE_DESK

MARCH, APRIL, MAY = date(2026, 3, 2), date(2026, 4, 2), date(2026, 5, 2)
Row = dict[str, str]
OFFICER = {
    "code": "ZF-0001",
    "name": "测试人甲",
    "department": "jy",
    "certificate_to": "2028-12-31",
    "specialties": "食品安全",
    "leave": "2026-03-01~2026-03-05",
}
EXPERT = {"code": "Z-1", "name": "测试专家", "organisation": "样例大学", "title": "副教授"}
ITEM = {"code": "JY-01", "name": "学校食堂检查", "department": "jy", "edition": "第一版", "guide": "指引一"}


@pytest.fixture
def database(tmp_path: Path) -> Database:
    """An office whose departments and persons came in March."""
    made = two_offices(tmp_path)
    load(made, MARCH, Register.DEPARTMENTS, *DEPARTMENTS)
    load(made, MARCH, Register.PERSONS, *PERSONS)
    return made


def load(database: Database, day: date, register: Register, *rows: Row) -> ImportSummary:
    """Import rows on a day."""
    now = datetime(day.year, day.month, day.day, 2, tzinfo=UTC)
    return import_register(database, "a", register, numbered(rows), now=now, actor="test")


def held(database: Database, register: Register, day: date, *fields: str) -> list[tuple[str, ...]]:
    """Some cells of each row at the end of a day."""
    return [tuple(row[name] for name in fields) for row in export_register(database, "a", register, day)]


@pytest.mark.parametrize(
    ("register", "row", "field", "later"),
    [
        (Register.OFFICERS, OFFICER, "specialties", "特种设备"),
        (Register.OFFICERS, OFFICER, "certificate_to", "2030-12-31"),
        (Register.OFFICERS, OFFICER, "leave", "2026-04-01~2026-04-05"),
        (Register.EXPERTS, EXPERT, "title", "教授"),
        (Register.ITEMS, ITEM, "edition", "第二版"),
        (Register.ITEMS, ITEM, "guide", "指引二"),
    ],
)
def test_a_record_is_had_as_it_was_on_any_day(
    database: Database, register: Register, row: Row, field: str, later: str
) -> None:
    """Before it came, as it came, and after it changed; what is unchanged leaves no history."""
    load(database, MARCH, register, row)
    load(database, APRIL, register, row)
    assert ImportSummary(changed=1) == load(database, MAY, register, {**row, field: later})
    assert [] == held(database, register, MARCH - timedelta(days=1), "code", field)
    for day, expected in ((MARCH, row[field]), (MAY - timedelta(days=1), row[field]), (MAY, later)):
        assert [(row["code"], expected)] == held(database, register, day, "code", field)
    with database.read() as session:
        kept = session.exec(select(col(RegisterHistory.valid_from), col(RegisterHistory.valid_to))).all()
    assert [(MARCH, MAY)] == [tuple(one) for one in kept]


def test_an_export_of_a_former_day_is_a_file_that_can_be_imported(database: Database) -> None:
    """All columns, in the import's own words: going back is an import like any other."""
    load(database, MARCH, Register.OFFICERS, OFFICER)
    load(database, APRIL, Register.OFFICERS, {**OFFICER, "specialties": "特种设备"})
    rows = list(export_register(database, "a", Register.OFFICERS, MARCH))
    assert ImportSummary(changed=1) == load(database, MAY, Register.OFFICERS, *rows)
    assert [("食品安全",)] == held(database, Register.OFFICERS, MAY, "specialties")


def test_who_held_which_post_on_a_day(database: Database) -> None:
    """A posting that was cut short later was open on the day; a substitute stays behind the principal."""
    load(database, APRIL, Register.PERSONS, PERSONS[0] | {"to_day": "2026-04-30"})
    assert [("p-1", ""), ("p-2", "2026-01-31")] == held(database, Register.PERSONS, MARCH, "person", "to_day")
    assert [("p-1", "2026-04-30"), ("p-2", "2026-01-31")] == held(
        database, Register.PERSONS, APRIL, "person", "to_day"
    )


def test_a_persons_new_telephone_is_a_change_of_each_of_their_postings(database: Database) -> None:
    """The file shows it beside each; the former days keep the former one."""
    second = PERSONS[0] | {"role": "经办人", "phone": "13800000000"}
    load(database, APRIL, Register.PERSONS, second)
    assert [("p-1", ""), ("p-2", "")] == held(database, Register.PERSONS, MARCH, "person", "phone")
    assert {("p-1", "13800000000"), ("p-2", "")} == set(
        held(database, Register.PERSONS, APRIL, "person", "phone")
    )


def test_a_departments_names_on_a_day(database: Database) -> None:
    """A new name and a new alias count from their day."""
    renamed = {"code": "jy", "name": "县教育和体育局", "kind": "", "aliases": "县教委"}
    load(database, APRIL, Register.DEPARTMENTS, renamed)
    assert ("jy", "县教育局", "") in held(database, Register.DEPARTMENTS, MARCH, "code", "name", "aliases")
    assert ("jy", "县教育和体育局", "县教委;县教育局") in held(
        database, Register.DEPARTMENTS, APRIL, "code", "name", "aliases"
    )


def test_what_an_office_registers_by_hand_counts_from_its_day(at: At) -> None:
    """A posting and an alias that came as papers are not in the register of the day before."""
    driver = at("adopted")
    yesterday = driver.today - timedelta(days=1)
    post = PostPerson(person="p-new", name="新人", department=LEAD, role=Role.HANDLER, from_day=driver.today)
    driver.act(OFFICE_DESK, Role.OFFICE, post, target=OFFICE_TARGET)
    driver.act(OFFICE_DESK, Role.OFFICE, AddAlias(alias="牵头老局", department=LEAD), target=OFFICE_TARGET)

    def cells(register: Register, day: date, field: str) -> str:
        return ";".join(row[field] for row in export_register(driver.database, OFFICE, register, day))

    assert "p-new" in cells(Register.PERSONS, driver.today, "person")
    assert "p-new" not in cells(Register.PERSONS, yesterday, "person")
    assert "牵头老局" in cells(Register.DEPARTMENTS, driver.today, "aliases")
    assert "牵头老局" not in cells(Register.DEPARTMENTS, yesterday, "aliases")
    kept = driver.read(
        lambda session: session.exec(
            select(RegisterHistory.key).where(col(RegisterHistory.directory) == "departments")
        ).all()
    )
    assert [LEAD.split("/")[1]] == list(kept)
