"""The register as it was on any day; classes with their date; a status from its date; exports on record."""

import gzip
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import col, select

from activities.draw.scope_rows import scope_sample
from activities.registers.days import directory_of_act, directory_on
from activities.registers.exporting import export_by, export_register
from activities.registers.loading import ImportSummary, import_register
from adapters.database import Database
from models.registers import RegisterHistory, Subject
from models.task import DrawPaper, JointTask
from models.trail import AuditEvent
from rules.draw_directory import canonical_directory
from rules.refusal import Refusal
from rules.register_columns import Register
from rules.register_rows import RefusedRow, numbered
from rules.roles import Role
from rules.scope import ScopeFilter
from tests.activities.conftest import At
from tests.activities.register_data import subject, two_offices
from tests.builders import LEAD, OFFICE, actor, subject_code

MARCH, APRIL, MAY = date(2026, 3, 2), date(2026, 4, 2), date(2026, 5, 2)


@pytest.fixture
def database(tmp_path: Path) -> Database:
    """Two offices without registers."""
    return two_offices(tmp_path)


def load(
    database: Database, day: date, *rows: dict[str, str], refused: list[RefusedRow] | None = None
) -> ImportSummary:
    """Import subjects on a day."""
    return import_register(
        database,
        "a",
        Register.SUBJECTS,
        numbered(rows),
        now=datetime(day.year, day.month, day.day, 2, tzinfo=UTC),
        actor="test",
        refused=(lambda _: None) if refused is None else refused.append,
    )


def held(database: Database, day: date) -> dict[str, str]:
    """Code and area of each subject at the end of a day."""
    rows = export_register(database, "a", Register.SUBJECTS, day)
    return {row["code"]: row["area"] for row in rows}


def test_the_register_of_any_day_can_be_asked_for(database: Database) -> None:
    """Before it came, as it came, and as it stood between two changes."""
    one, two = subject_code(1), subject_code(2)
    load(database, MARCH, subject(1, area="东镇"))
    load(database, APRIL, subject(1, area="西镇"), subject(2, area="南镇"))
    load(database, MAY, subject(1, area="北镇"))
    assert {} == held(database, MARCH - timedelta(days=1))
    assert {one: "东镇"} == held(database, MARCH)
    assert {one: "东镇"} == held(database, APRIL - timedelta(days=1))
    assert {one: "西镇", two: "南镇"} == held(database, APRIL)
    assert {one: "北镇", two: "南镇"} == held(database, MAY)


def test_what_is_unchanged_leaves_no_history(database: Database) -> None:
    """A monthly file of the same rows costs nothing; two changes of one day both stay on record."""
    load(database, MARCH, subject(1))
    load(database, APRIL, subject(1))
    load(database, APRIL, subject(1, area="东镇"))
    load(database, APRIL, subject(1, area="西镇"))
    with database.read() as session:
        rows = session.exec(select(RegisterHistory).order_by(col(RegisterHistory.id))).all()
    assert [(MARCH, APRIL, ""), (APRIL, APRIL, "东镇")] == [
        (row.valid_from, row.valid_to, row.record["area"]) for row in rows
    ]
    assert {subject_code(1): "西镇"} == held(database, APRIL)


def test_the_frozen_directory_of_a_draw_can_be_had_again_from_the_register_of_its_day(at: At) -> None:
    """Byte for byte, after the register has moved on."""
    driver = at("drawn")
    frozen_on = driver.today
    rows = list(export_register(driver.database, OFFICE, Register.SUBJECTS))
    changed = [
        {**row, "area": "别镇", **({"credit_class": "D"} if row["credit_class"] else {})} for row in rows
    ]
    later = driver.now + timedelta(days=40)
    import_register(driver.database, OFFICE, Register.SUBJECTS, numbered(changed), now=later, actor="test")
    with driver.database.read() as session:
        paper = session.get_one(DrawPaper, (driver.task, 1, "directory"))
        task = session.get_one(JointTask, driver.task)
        again = directory_of_act(session, task, 1)
        now = directory_on(session, OFFICE, ScopeFilter(kinds=("学校",)), frozen_on + timedelta(days=41))
    assert gzip.decompress(paper.body) == again
    assert again != canonical_directory(now)


def enterprise(**cells: str) -> dict[str, str]:
    """An enterprise, whose class is re-done each month."""
    return subject(1, legal_form="企业", **cells)


def test_classes_are_loaded_with_their_date_and_never_go_back(database: Database) -> None:
    """A list of codes and classes will do; one older than what stands is refused, row by row."""
    load(database, MARCH, enterprise(credit_class="A", class_date="2026-03-01"))
    monthly = {"code": subject_code(1), "credit_class": "C", "class_date": "2026-04-01"}
    assert ImportSummary(changed=1) == load(database, APRIL, monthly)
    refused: list[RefusedRow] = []
    old = {**monthly, "credit_class": "A", "class_date": "2026-02-01"}
    assert ImportSummary(refused=1) == load(database, MAY, old, refused=refused)
    assert "早于已登记的分类日期 2026-04-01" in refused[0].reason
    rows = list(export_register(database, "a", Register.SUBJECTS, MARCH))
    assert [("A", "2026-03-01")] == [(row["credit_class"], row["class_date"]) for row in rows]


def test_the_trades_own_class_stands_beside_the_credit_class(database: Database) -> None:
    """A load of one leaves the other."""
    both = enterprise(credit_class="A", class_date="2026-03-01", trade_class="三星", trade_date="2026-01-10")
    load(database, MARCH, both)
    load(database, APRIL, {"code": subject_code(1), "trade_class": "二星", "trade_date": "2026-03-31"})
    with database.read() as session:
        row = session.exec(select(Subject)).one()
    assert ("A", "二星", date(2026, 3, 31)) == (row.credit_class, row.trade_class, row.trade_date)


def test_the_trades_own_class_carries_its_date_and_never_goes_back(database: Database) -> None:
    """Without a date, or with one before that on record, the row is refused."""
    first = enterprise(trade_class="三星", trade_date="2026-03-01")
    assert ImportSummary(added=1) == load(database, MARCH, first)
    refused: list[RefusedRow] = []
    older = {"code": subject_code(1), "trade_class": "一星", "trade_date": "2026-02-01"}
    undated = subject(2, legal_form="企业", trade_class="三星")
    assert ImportSummary(refused=2) == load(database, APRIL, older, undated, refused=refused)
    assert "早于已登记的行业分类日期 2026-03-01" in refused[0].reason
    assert "行业分类日期：填写了行业监管风险分类的，须填写行业分类日期" == refused[1].reason


def test_a_status_takes_effect_from_its_date(database: Database) -> None:
    """Closing on 2 May is known in April: until then the subject is drawn."""
    load(database, APRIL, subject(1, status="注销", status_date="2026-05-02"), subject(2, status="停业"))
    with database.read() as session:
        found = [
            [row.code for row in scope_sample(session, "a", ScopeFilter(), day, 9)] for day in (APRIL, MAY)
        ]
    assert [[subject_code(1)], []] == found


def test_a_date_of_closing_needs_a_status_that_has_closed(database: Database) -> None:
    """存续 with such a date is a contradiction."""
    assert ImportSummary(refused=1) == load(database, APRIL, subject(1, status_date="2026-05-02"))


def test_an_export_is_for_keepers_and_stands_in_the_trail(at: At) -> None:
    """Who took which register, of which day; anybody else is refused."""
    driver = at("adopted")
    keeper = actor(LEAD, Role.KEEPER)
    rows = list(
        export_by(
            driver.database,
            OFFICE,
            Register.SUBJECTS,
            now=driver.now,
            actor=keeper.person,
            role=keeper.role,
            department=keeper.department,
            on=driver.today,
        )
    )
    assert 12 == len(rows)
    event = driver.read(
        lambda session: session.exec(
            select(AuditEvent).where(col(AuditEvent.event) == "register.exported")
        ).one()
    )
    assert (keeper.person, {"register": "subjects", "on": driver.today.isoformat()}) == (
        event.actor,
        event.detail,
    )
    handler = actor(LEAD, Role.HANDLER)
    with pytest.raises(Refusal) as refusal:
        export_by(
            driver.database,
            OFFICE,
            Register.SUBJECTS,
            now=driver.now,
            actor=handler.person,
            role=handler.role,
            department=handler.department,
        )
    assert "WrongRole" == refusal.value.type


def test_experts_are_a_register_like_the_others(database: Database) -> None:
    """Imported, unchanged the second time, exported as they came."""
    row = {
        "code": "Z-1",
        "name": "测试专家",
        "organisation": "样例大学",
        "title": "教授",
        "specialties": "计量;食品安全",
        "engaged_to": "2027-12-31",
        "phone": "13800000000",
    }
    for expected in (ImportSummary(added=1), ImportSummary(unchanged=1)):
        assert expected == import_register(
            database,
            "a",
            Register.EXPERTS,
            numbered([row]),
            now=datetime(2026, 3, 2, tzinfo=UTC),
            actor="test",
        )
    (found,) = export_register(database, "a", Register.EXPERTS)
    assert row.items() <= found.items()
