"""The doctor's lines that SQL alone shows: each is there when something is wrong, and gone once it is mended."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import Session, col, select

from activities import audit
from activities.doctor import standing as doctor_standing
from activities.doctor.engine import Compared, compare, failing
from activities.doctor.engine_runs import PROBLEMS, Run
from activities.doctor.findings import Ailment, Finding
from activities.doctor.idle import idle
from activities.doctor.rows import LOOKS
from activities.rebuild import open_cases
from models.outcomes import Disposal
from models.papers import CancelTask, ConfirmRegister
from models.registers import CalendarYear
from models.trail import AuditEvent, Notification, Outbox, Wait
from rules.calendar import TZ
from rules.roles import Role
from tests.activities.conftest import At
from tests.activities.driver import Driver
from tests.activities.scenes import SCENES
from tests.activities.tampering import unguarded
from tests.activities.world import OFFICE_TARGET, TASK
from tests.builders import LEAD, OFFICE, OFFICE_DESK

Look = Callable[[Session, datetime], Iterator[Finding]]
DECEMBER = datetime(2026, 12, 2, 10, tzinfo=TZ)


def lines(driver: Driver, look: Look, now: datetime) -> list[Finding]:
    """What one look finds at a moment."""
    return driver.read(lambda session: list(look(session, now)))


def test_a_year_without_calendar_is_said_in_december_and_mended_by_loading_it(at: At) -> None:
    """The notice for the next year came in October or November; until then nobody can be blamed."""
    driver = at("adopted")
    assert [] == lines(driver, doctor_standing.calendar, DECEMBER - timedelta(days=2))
    found = lines(driver, doctor_standing.calendar, DECEMBER)
    command = "starter.py calendar load 2027 --file 通知.csv --document 文号"
    assert [(Ailment.CALENDAR, "2027", command)] == [(one.ailment, one.subject, one.command) for one in found]
    with driver.database.write() as session:
        session.add(CalendarYear(year=2027, document="国办发明电〔2026〕X号", loaded_at=driver.now))
    assert [] == lines(driver, doctor_standing.calendar, DECEMBER)


def test_a_register_past_its_age_is_said_and_mended_by_its_keeper(at: At) -> None:
    """Thirty days by the policy; the office's own confirmation ends the line."""
    driver = at("adopted")
    assert [] == lines(driver, doctor_standing.registers, driver.now)
    driver.now += timedelta(days=31)
    found = lines(driver, doctor_standing.registers, driver.now)
    assert [(Ailment.REGISTER, OFFICE, "starter.py register confirm subjects")] == [
        (one.ailment, one.subject, one.command) for one in found
    ]
    driver.act(LEAD, Role.KEEPER, ConfirmRegister(directory="subjects"), target=OFFICE_TARGET)
    assert [] == lines(driver, doctor_standing.registers, driver.now)


@pytest.mark.parametrize("whole", [True, False], ids=["whole", "since the last anchors"])
def test_a_broken_chain_is_said(at: At, monkeypatch: pytest.MonkeyPatch, *, whole: bool) -> None:
    """A small trail is read whole, a large one from the last but one anchor on: what came since is held either way."""
    driver = at("claimed")
    for day in range(2):
        with driver.database.write() as session:
            audit.anchor(session, driver.today + timedelta(days=day))
    chain = audit.task_chain(driver.task)
    with driver.database.write() as session:
        broken = audit.record(session, chain, "test", at=driver.now).number
        first = session.get_one(AuditEvent, (chain, 1)).actor
    if not whole:
        monkeypatch.setattr(doctor_standing, "WHOLE", 1)
    assert [] == lines(driver, doctor_standing.trail, driver.now)
    with unguarded(driver.database, "audit_event") as session:
        session.get_one(AuditEvent, (chain, broken)).actor = "somebody"
    found = lines(driver, doctor_standing.trail, driver.now)
    assert [(Ailment.AUDIT, chain, "starter.py audit verify")] == [
        (one.ailment, one.subject, one.command) for one in found
    ]
    # The guards are off by now.
    with driver.database.write() as session:
        session.get_one(AuditEvent, (chain, 1)).actor = "somebody"
    # Only the whole trail tells of what lies before the anchors: that is what `audit verify` is for.
    assert (2 if whole else 1) == len(lines(driver, doctor_standing.trail, driver.now))
    with driver.database.write() as session:
        for number, actor in ((broken, "system"), (1, first)):
            session.get_one(AuditEvent, (chain, number)).actor = actor
    # What was altered is as the backup has it.
    assert [] == lines(driver, doctor_standing.trail, driver.now)


@pytest.mark.parametrize("scene", ["adopted", "claimed", "visited", "closed"])
def test_rows_that_were_just_written_are_no_finding(at: At, scene: str) -> None:
    """Papers, signals, notices and records have their time to go out, at every stage."""
    driver = at(scene)
    assert [] == [one for look in LOOKS for one in lines(driver, look, driver.now)]


@pytest.mark.parametrize("scene", SCENES)
def test_no_stage_leaves_a_task_without_somebody_or_something_to_wait_for(at: At, scene: str) -> None:
    """At every stage somebody is waited for, or the machine has a next step."""
    driver = at(scene)
    assert TASK not in [one.subject for one in lines(driver, idle, driver.now + timedelta(days=1))]


def test_an_open_task_that_waits_for_nobody_is_said(at: At) -> None:
    """Its waits are gone and nothing is in hand: it would stand still for ever, unless the office cancels it."""
    driver = at("claimed")
    with driver.database.write() as session:
        for wait in session.exec(select(Wait).where(col(Wait.task) == TASK)):
            wait.open, wait.closed_at = 0, driver.now
    with driver.database.write() as session:
        for signal in session.exec(select(Outbox).where(col(Outbox.sent_at).is_(None))):
            signal.sent_at = driver.now
    later = driver.now + timedelta(days=1)
    assert [(Ailment.IDLE, TASK)] == [(one.ailment, one.subject) for one in lines(driver, idle, later)]
    driver.act(OFFICE_DESK, Role.OFFICE, CancelTask(approval_number="批1", reason="数据受损"))
    assert [] == lines(driver, idle, later)


def test_a_workflow_whose_tasks_fail_is_named_with_its_restart() -> None:
    """As the engine's search attribute reports it."""
    now = datetime.now(UTC)
    sick = Run("joint-task/a/1/1", "r1", now, None, {PROBLEMS: ["category=WorkflowTaskFailed"]})
    well = Run("joint-task/a/1/2", "r2", now, None, {})
    assert [(sick.workflow, f"starter.py doctor --repair --restart {sick.workflow}")] == [
        (one.subject, one.command) for one in failing([sick, well])
    ]


def test_every_chain_grown_since_an_anchor_is_verified(at: At) -> None:
    """A chain that began after the anchor is read from its first link."""
    driver = at("adopted")
    with driver.database.write() as session:
        anchor = audit.anchor(session, driver.today)
    with driver.database.write() as session:
        audit.record(session, "task/new", "test", at=driver.now)
        audit.record(session, "task/new", "test", at=driver.now)
    assert [] == driver.read(lambda session: audit.verify(session, since=anchor))
    with unguarded(driver.database, "audit_event") as session:
        rows = session.exec(select(AuditEvent).where(col(AuditEvent.chain) == "task/new")).all()
        session.delete(rows[0])
    faults = driver.read(lambda session: audit.verify(session, since=anchor))
    assert faults
    assert all("task/new" in one for one in faults)


@pytest.mark.parametrize(
    ("scene", "kinds"),
    [
        ("adopted", {"plan-row"}),
        ("launched", {"joint-task", "exchange"}),
        ("desk", {"plan-row", "department"}),
        ("approved", {"joint-task", "department", "exchange", "disposal"}),
        ("corrected", {"joint-task", "department", "disposal", "correction"}),
    ],
)
def test_every_kind_of_case_that_does_not_run_is_said(at: At, scene: str, kinds: set[str]) -> None:
    """Rows, tasks, desks, exchanges, disposals and corrections; none of them once all run."""
    driver = at(scene)
    # A start that was just written down is on its way.
    driver.now += timedelta(hours=1)

    def compared(running: Sequence[str]) -> Compared:
        runs = [Run(one, "r", driver.now, None, {}) for one in running]
        return driver.read(lambda session: compare(session, runs, driver.now))

    missing = compared([]).missing
    assert kinds == {one.split("/", 1)[0] for one in missing}
    assert compared(missing).agree


def test_a_desk_that_merely_shows_what_is_owed_is_not_missed(at: At) -> None:
    """Whoever launched owes the scope and has been told nothing: a rebuild starts the desk, no alarm asks for it."""
    driver = at("launched")
    desk = f"department/{LEAD}/{driver.today.year}"
    assert desk in driver.read(lambda session: open_cases(session, driver.now))
    later = driver.now + timedelta(hours=1)
    assert desk not in driver.read(lambda session: compare(session, [], later)).missing
    notice = Notification(
        key="x",
        office=OFFICE,
        department=LEAD,
        role=Role.HANDLER,
        event="due",
        text="到期",
        created_at=driver.now,
    )
    with driver.database.write() as session:
        session.add(notice)
    assert desk in driver.read(lambda session: compare(session, [], later)).missing


def test_every_kind_of_case_that_runs_though_it_is_over_is_said(at: At) -> None:
    """And what no row of the database knows is told apart from it."""
    driver = at("closed")
    disposal = driver.read(lambda session: session.exec(select(Disposal.id)).first())
    runs = [
        Run(one, "r", driver.now, None, {})
        for one in (
            f"joint-task/{driver.task}",
            f"disposal/{disposal}",
            "plan-row/test-2026/1",
            "joint-task/x/1/1",
        )
    ]
    compared = driver.read(lambda session: compare(session, runs, driver.now))
    assert {"joint-task", "disposal", "plan-row"} == {one.split("/", 1)[0] for one in compared.over}
    assert ("joint-task/x/1/1",) == compared.unknown
