"""The demonstration's county."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import SQLModel, col, func, select

from activities import audit
from activities.registers.loading import ImportSummary
from adapters.database import Database
from adapters.plan_files import read_plan
from adapters.register_files import RegisterFile, write_register
from cli.demo.bodies import COUNTY_BODIES, OFFICE
from cli.demo.county import County, county, load_county
from models import outcomes, plan, task  # noqa: F401 - their tables are referred to
from models.organisation import DepartmentAlias
from models.registers import CalendarDay, Subject
from rules.register_columns import Register
from rules.register_rows import check_row
from rules.roles import Role
from rules.scope import SubjectFacts, Vocabulary, accepts, propose

TODAY = date(2026, 3, 2)
NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)
NOTICE = Path(__file__).parents[2] / "examples" / "plans" / "yangcheng-2024.md"


@pytest.fixture(scope="module")
def made() -> County:
    """The county of seed 1."""
    return county(1, TODAY)


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory, made: County) -> Database:
    """A database with that county."""
    found = Database(f"sqlite:///{tmp_path_factory.mktemp('county') / 'county.db'}")
    SQLModel.metadata.create_all(found.engine)
    load_county(found, made, NOW)
    return found


def test_the_same_seed_and_day_make_the_same_county(made: County) -> None:
    """Another seed or day makes another."""
    assert made == county(1, TODAY)
    assert made != county(2, TODAY)
    assert made != county(1, TODAY + timedelta(days=1))


def test_the_county_is_of_the_promised_size(made: County) -> None:
    """160 schools, 3,000 others, 120 officers, no code twice."""
    assert (3160, 120) == (len(made.subjects), len(made.officers))
    schools = [row for row in made.subjects if row["kind"] in ("中小学", "幼儿园", "托幼机构")]
    assert 160 == len(schools)
    assert 3160 == len({row["code"] for row in made.subjects})
    assert 120 == len({row["code"] for row in made.officers})
    assert 500 == len(county(1, TODAY, other_subjects=340).subjects)


def test_all_names_are_evidently_fictitious(made: County) -> None:
    """Subjects and towns are 样例, persons 测试人."""
    assert all(row["name"].startswith("样例") and row["area"].startswith("样例") for row in made.subjects)
    assert all(row["name"].startswith("测试人") for row in (*made.persons, *made.officers))


def test_schools_need_both_channels_and_every_class(made: County) -> None:
    """Public schools, private ones and market entities of classes A to D."""
    schools = [row for row in made.subjects if row["kind"] in ("中小学", "幼儿园", "托幼机构")]
    forms = Counter(row["legal_form"] for row in schools)
    assert {"事业单位", "民办非企业单位", "企业", "个体工商户"} == set(forms)
    classes = Counter(row["credit_class"] for row in schools)
    assert {"", "A", "B", "C", "D"} == set(classes)
    assert all(classes[one] >= 3 for one in "ABCD")
    assert 100 < sum("学校食堂" in row["tags"] for row in schools) < 160


def test_the_words_of_row_4_find_the_schools(made: County) -> None:
    """“学校、托幼机构”, read as a filter, is wholly understood and accepts the 160 and nobody else."""
    known = Vocabulary(
        tags={tag for row in made.subjects for tag in row["tags"].split(";")} - {""},
        kinds={row["kind"] for row in made.subjects},
        areas={row["area"] for row in made.subjects},
        licences={row["licence"] for row in made.subjects} - {""},
    )
    proposal = propose("学校、托幼机构", known)
    found = [row["kind"] for row in made.subjects if accepts(proposal.filter, facts(row))]
    assert () == proposal.not_understood
    assert {"中小学": 96, "幼儿园": 48, "托幼机构": 16} == Counter(found)


def facts(row: dict[str, str]) -> SubjectFacts:
    """What a scope may ask of a generated subject."""
    record = check_row(Register.SUBJECTS, row | {"licensed_by": ""}, {})
    assert isinstance(record, dict)
    return SubjectFacts(
        code=record["code"],
        kind=record["kind"],
        legal_form=record["legal_form"],
        tags=record["tags"],
        area=record["area"],
    )


def test_every_row_is_taken_and_the_second_time_nothing_changes(database: Database, made: County) -> None:
    """The generator's rows pass the import's checks; loading again is idempotent."""
    expected = {register: ImportSummary(unchanged=len(rows)) for register, rows in made.registers()}
    assert expected == load_county(database, made, NOW)
    with database.read() as session:
        assert 3160 == session.exec(select(func.count()).select_from(Subject)).one()
        assert [] == audit.verify(session)


def test_every_department_of_the_notice_has_its_name_here(database: Database) -> None:
    """Each initiator and partner resolves; only row 63's partner, which lost its prefix, is nobody."""
    with database.read() as session:
        known = set(session.exec(select(DepartmentAlias.alias).where(col(DepartmentAlias.office) == OFFICE)))
    unknown: dict[str, set[str]] = {}
    for row in read_plan(NOTICE).rows:
        values = row.fields.initiator.value, row.fields.partners.value
        names = {name for value in values for name in ([value] if isinstance(value, str) else value or ())}
        assert names
        if names - known:
            unknown[row.seq] = names - known
    assert {"63": {"市场监督管理局"}} == unknown


@pytest.mark.parametrize(
    ("code", "specialty"), [("scjg", "食品安全"), ("jy", "教育督导"), ("wj", "学校卫生")]
)
def test_the_main_departments_can_man_a_school_inspection(made: County, code: str, specialty: str) -> None:
    """Twelve officers or more with valid certificates, eight of them with the specialty and every town."""
    own = [row for row in made.officers if row["department"] == code]
    valid = [row for row in own if row["certificate_to"] >= (TODAY + timedelta(days=90)).isoformat()]
    assert 12 <= len(valid)
    free = [row for row in valid if not row["areas"] and not row["leave"]]
    assert 8 <= sum(specialty in row["specialties"].split(";") for row in free)
    assert len(valid) < len(own)
    assert any(row["recusals"] for row in own)


def test_every_department_has_every_role_and_one_head_a_substitute(made: County) -> None:
    """Two handlers, so that a second person can confirm."""
    for body in COUNTY_BODIES:
        roles = Counter(row["role"] for row in made.persons if row["department"] == body.code)
        assert {Role.HANDLER.label: 2, Role.APPROVER.label: 1, Role.KEEPER.label: 1}.items() <= roles.items()
        assert {Role.HEAD.label, Role.OFFICER.label} <= set(roles)
    assert 1 == sum(bool(row["acting_for"]) for row in made.persons)


def test_the_county_can_go_through_files(made: County, database: Database, tmp_path: Path) -> None:
    """Written as CSV and XLSX and read back, it is the same county."""
    for register, rows in made.registers():
        path = tmp_path / f"{register}{'.csv' if register is Register.SUBJECTS else '.xlsx'}"
        write_register(path, register, rows)
        found = [dict(row.values) for row in RegisterFile(path, register)]
        assert rows == [{name: row[name] for name in rows[0]} for row in found]


def test_the_calendar_is_loaded_with_its_notices(database: Database) -> None:
    """The Spring Festival of 2026 begins on 15 February, by the State Council's notice."""
    with database.read() as session:
        day = session.get_one(CalendarDay, date(2026, 2, 17))
        years = session.exec(select(CalendarDay.year).distinct().order_by(col(CalendarDay.year))).all()
    assert "国办发明电〔2025〕7号" == day.document
    assert [2023, 2024, 2025, 2026] == list(years)
