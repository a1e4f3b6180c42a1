"""What is on record stays on record: the database itself refuses change, and a launch stands once."""

from datetime import date, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlmodel import SQLModel, col, select

from activities import audit
from models.messages import CaseStep
from models.papers import ApproveLaunch, SetPolicy, StartTask
from models.plan import RoundOmission
from models.registers import RegisterHistory
from models.task import JointTask, ReceivedList
from models.trail import Outcome, Submission, Suspension, Wait
from rules.policy import PolicyKey
from rules.roles import Role
from tests.activities import scenes
from tests.activities.conftest import At
from tests.activities.driver import Driver
from tests.activities.world import OFFICE_TARGET, PARTS, SHA, TASK
from tests.builders import DOCUMENT, LEAD, OFFICE, OFFICE_DESK, actor
from tests.guarded import APPEND_ONLY

TABLES = tuple(sorted(APPEND_ONLY))

NOT_PLAYED = frozenset(
    {
        "sealed_secret",
        "match_aid",
        "evidence",
        "subject_finding",
        "commission",
        "commission_report",
        "exchange_rejection",
        "annulment",
        "referral",
        "referral_reply",
        "record_amendment",
        "yearly_report",
        "intervention",
        "archived_run",
        "bulk_job",
        "moved_in",
        "retraction",
        "retraction_decision",
        "retracted_ground",
        "voided_proof",
    }
)
"""Tables that the closed task of this test leaves empty; their guards are looked up instead."""
GUARDS_SQLITE = """
    SELECT tbl_name, 'UPDATE' FROM sqlite_master WHERE type = 'trigger' AND sql LIKE '%BEFORE UPDATE ON%'
    UNION
    SELECT tbl_name, 'DELETE' FROM sqlite_master WHERE type = 'trigger' AND sql LIKE '%BEFORE DELETE ON%'
"""
GUARDS_POSTGRES = """
    SELECT event_object_table, event_manipulation FROM information_schema.triggers
    WHERE action_timing = 'BEFORE'
"""


def fill_every_table(driver: Driver) -> None:
    """On top of a closed task: what a plain play leaves out."""
    office = (OFFICE_DESK, Role.OFFICE)
    driver.act(
        *office,
        ApproveLaunch(document=DOCUMENT, seq="1", round=2, number="批1", reason="补充"),
        target=OFFICE_TARGET,
    )
    policy = SetPolicy(key=PolicyKey.CLAIM_DAYS, value=3, clause="纪要", valid_from=driver.today)
    driver.act(*office, policy, target=OFFICE_TARGET)
    scenes.corrected(driver)
    target = scenes.correction_target(driver)
    driver.now += timedelta(days=60)
    driver.cases.fire_case_rungs(CaseStep(target=target, now=driver.now))
    scenes.signed(driver)
    with driver.database.write() as session:
        audit.anchor(session, driver.today)
        wait = session.exec(select(Wait)).first()
        paper = session.exec(select(Submission)).first()
        assert wait is not None
        assert paper is not None
        session.add(Suspension(wait=wait.id, from_day=date(2026, 5, 1), reason="停电", submission=paper.id))
        day = driver.today
        session.add(
            RegisterHistory(
                office=OFFICE,
                directory="subjects",
                key="XK",
                valid_from=day,
                valid_to=day,
                record={"code": "XK"},
            )
        )
        session.add(RoundOmission(document=DOCUMENT, seq="1", round=9, reason="并入专项", recorded_on=day))
        session.add(
            ReceivedList(
                task=TASK,
                issuer="市局",
                number="市〔2026〕1号",
                drawn_on=day,
                record_sha256=SHA,
                file_sha256=SHA,
                codes=["XK"],
                submission=paper.id,
            )
        )


def count(driver: Driver, table: str) -> int:
    """How many rows a table has."""
    with driver.database.read() as session:
        return int(session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())


def outcome_of(driver: Driver, statement: str) -> str:
    """'' where the database let a statement pass, else what it said."""
    try:
        with driver.database.write() as session:
            session.execute(text(statement))
    except DBAPIError as error:
        return str(error.orig)
    return ""


def test_no_row_of_an_append_only_table_can_be_changed_or_deleted(at_each: At) -> None:
    """UPDATE and DELETE are refused on every table that the play fills, each with a row in it."""
    driver = at_each("closed")
    fill_every_table(driver)
    tried = [table for table in TABLES if count(driver, table)]
    assert set(TABLES) - NOT_PLAYED == set(tried)
    for table in tried:
        column = SQLModel.metadata.tables[table].columns.keys()[0]
        for statement in (f"UPDATE {table} SET {column} = {column}", f"DELETE FROM {table}"):
            assert f"table {table} is append-only" in outcome_of(driver, statement), statement


def test_every_append_only_table_has_its_guards(at_each: At) -> None:
    """Also those that no play fills: a trigger on UPDATE and one on DELETE stands on each."""
    driver = at_each("adopted")
    postgres = driver.database.engine.dialect.name == "postgresql"
    with driver.database.read() as session:
        guards = {
            (table, event)
            for table, event in session.execute(text(GUARDS_POSTGRES if postgres else GUARDS_SQLITE))
        }
    assert {(table, event) for table in TABLES for event in ("UPDATE", "DELETE")} <= guards


def test_no_append_only_table_can_be_truncated(at_each: At) -> None:
    """PostgreSQL's TRUNCATE fires no row trigger: it has one of its own. SQLite knows no TRUNCATE."""
    driver = at_each("adopted")
    if driver.database.engine.dialect.name == "sqlite":
        assert "syntax error" in outcome_of(driver, "TRUNCATE answer")
        return
    for table in TABLES:
        assert f"table {table} is append-only" in outcome_of(driver, f"TRUNCATE {table} CASCADE")


def second_launch(driver: Driver, launch: int, id_: str) -> JointTask:
    """The task's row again, under another number of launch."""
    task = driver.job()
    return JointTask(**{**task.model_dump(), "id": id_, "launch": launch, "replaces": TASK})


def test_the_database_refuses_a_second_living_launch(at_each: At) -> None:
    """Whatever the code forgets to look up: one round has one launch that is not cancelled."""
    driver = at_each("closed")
    with pytest.raises(IntegrityError), driver.database.write() as session:
        session.add(second_launch(driver, 2, f"{TASK}/2"))


def test_the_database_refuses_the_same_launch_twice(at_each: At) -> None:
    """Also of a cancelled one: (document, seq, round, launch) is unique."""
    driver = at_each("cancelled")
    with pytest.raises(IntegrityError), driver.database.write() as session:
        session.add(second_launch(driver, 1, f"{TASK}/again"))


def test_a_cancelled_round_is_launched_again_and_names_the_cancelled(at_each: At) -> None:
    """Launch 2 has an id of its own, the former stays as it was; launch 3 needs launch 2 cancelled."""
    driver = at_each("cancelled")
    start = StartTask(document=DOCUMENT, seq="1")
    scenes.allowed_again(driver)
    answer = driver.act(LEAD, Role.HANDLER, start, target=OFFICE_TARGET)
    assert {"task": f"{TASK}/2"} == answer.data
    second = Driver(driver.database, driver.folder, task=f"{TASK}/2")
    assert (2, TASK) == (second.job().launch, second.job().replaces)
    again = driver.say(start, actor(LEAD, Role.HANDLER), target=OFFICE_TARGET)
    assert (Outcome.REFUSED, "AlreadyLaunched") == (again.outcome, again.type)
    scenes.cancelled(second)
    scenes.allowed_again(second, "批3")
    assert {"task": f"{TASK}/3"} == driver.act(LEAD, Role.HANDLER, start, target=OFFICE_TARGET).data
    statuses = driver.read(
        lambda session: session.exec(select(JointTask.status).order_by(col(JointTask.launch))).all()
    )
    assert ["cancelled", "cancelled", "open"] == list(statuses)


def test_a_second_launch_runs_through_its_draw_beside_the_first_ones_rows(at: At) -> None:
    """A re-draw by cancelling: the former draw, visits and results stay, the new task gets its own."""
    driver = at("cancelled")
    scenes.allowed_again(driver)
    driver.act(LEAD, Role.HANDLER, StartTask(document=DOCUMENT, seq="1"), target=OFFICE_TARGET)
    former = {visit.id: visit.stage for department in PARTS for visit in driver.visits(department)}
    second = Driver(driver.database, driver.folder, task=f"{TASK}/2")
    for play in (
        scenes.prepared,
        scenes.offered,
        scenes.claimed,
        scenes.requested,
        scenes.fixed,
        scenes.drawn,
        scenes.matched,
    ):
        play(second)
    assert former == {visit.id: visit.stage for department in PARTS for visit in driver.visits(department)}
    assert 9 == len(second.visits(LEAD))
