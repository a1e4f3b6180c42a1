"""Clocks end when the platform says that it was, not when its answer is read; the trail keeps both."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import col, select

from activities.exchange.facts import record_facts
from adapters.exchange import Fact
from models.messages import TaskStep
from models.outcomes import Publication, PublicationKind
from models.papers import ResendPublications
from models.trail import AuditEvent, Deadline, Notification, Wait
from rules.calendar import local_day
from rules.channel import Channel
from rules.roles import Role
from rules.waits import WaitKind
from tests.activities.conftest import At
from tests.activities.driver import Driver
from tests.builders import OFFICE

FAR = timedelta(days=60)
"""Longer than any clock of a result runs."""


def sent(driver: Driver) -> list[Publication]:
    """What has left for the platform, of one department, nationally published."""
    driver.exchange.run(TaskStep(task=OFFICE, now=driver.now))
    rows = driver.read(lambda session: session.exec(select(Publication).order_by(col(Publication.key))).all())
    national = [one for one in rows if one.channel is Channel.NATIONAL]
    return [one for one in national if one.department == national[0].department]


def say(driver: Driver, rows: list[Publication], fact: str, at: datetime, read: datetime) -> None:
    """The platform's answer, read at a moment."""
    facts = [
        Fact.model_validate({"key": one.key, "fact": fact, "at": at, "receipt": f"SX-{one.id}"})
        for one in rows
    ]
    with driver.database.write() as session:
        record_facts(session, OFFICE, facts, read, answer="carried.json")


def waits(driver: Driver, kind: WaitKind, department: str) -> list[tuple[Wait, Deadline]]:
    """The department's waits of a kind with their clocks."""
    statement = (
        select(Wait, Deadline)
        .join(Deadline, (col(Deadline.wait) == col(Wait.id)) & col(Deadline.current).is_(True))
        .where(col(Wait.kind) == kind.value, col(Wait.department) == department)
    )
    return list(driver.read(lambda session: session.exec(statement).all()))


def own_site(driver: Driver, department: str) -> list[Publication]:
    """The rest of a department's results."""
    statement = select(Publication).where(
        col(Publication.department) == department, col(Publication.channel) == Channel.OWN_SITE
    )
    return list(driver.read(lambda session: session.exec(statement).all()))


def test_a_receipt_stops_the_clock_when_it_was_given_not_when_the_courier_came(at: At) -> None:
    """Entered in time, carried after the last day: the wait ended in time, and the trail says when it was read."""
    driver = at("approved")
    rows = sent(driver)
    department = rows[0].department
    rows += own_site(driver, department)
    stated, read = driver.now + timedelta(days=1), driver.now + FAR
    say(driver, rows, "entered", stated, read)
    ((wait, deadline),) = waits(driver, WaitKind.RECEIPT, department)
    assert (0, stated) == (wait.open, wait.closed_at)
    assert stated < deadline.due < read
    assert f"read {read.astimezone(UTC):%Y-%m-%dT%H:%MZ}" in (wait.closed_by or "")
    event = driver.read(
        lambda session: session.exec(
            select(AuditEvent).where(col(AuditEvent.event) == "platform.facts")
        ).one()
    )
    assert (read, "carried.json", [stated.isoformat()] * 2) == (
        event.at,
        event.detail["answer"],
        event.detail["stated"],
    )


def test_the_last_receipt_of_a_wait_ends_it_whichever_answer_is_read_first(at: At) -> None:
    """A courier may bring the later answer first."""
    driver = at("approved")
    rows = sent(driver)
    department = rows[0].department
    rows += own_site(driver, department)
    late, early = driver.now + timedelta(days=2), driver.now + timedelta(days=1)
    say(driver, rows[:1], "entered", late, driver.now + timedelta(days=3))
    ((wait, _),) = waits(driver, WaitKind.RECEIPT, department)
    assert wait.closed_at is None
    say(driver, rows[1:], "entered", early, driver.now + timedelta(days=4))
    ((wait, _),) = waits(driver, WaitKind.RECEIPT, department)
    assert late == wait.closed_at


def test_forwarding_is_awaited_from_the_receipt_and_a_departments_own_proof_from_its_reading(at: At) -> None:
    """The platform knew at once; the department cannot act before it knows."""
    driver = at("approved")
    rows = sent(driver)
    department = rows[0].department
    stated, read = driver.now + timedelta(days=1), driver.now + timedelta(days=7)
    say(driver, rows + own_site(driver, department), "entered", stated, read)
    (forward,) = waits(driver, WaitKind.FORWARD, department)
    (proof,) = waits(driver, WaitKind.PROOF, department)
    assert (local_day(stated), local_day(read)) == (forward[1].anchor, proof[1].anchor)
    say(driver, rows, "published", stated + timedelta(hours=1), read)
    (forward,) = waits(driver, WaitKind.FORWARD, department)
    assert stated + timedelta(hours=1) == forward[0].closed_at


@pytest.mark.parametrize(
    ("off", "why"), [(timedelta(hours=1), "尚未到来"), (timedelta(days=-1), "早于报送批次生成时间")]
)
def test_a_moment_that_cannot_be_true_is_told_and_not_used(at: At, off: timedelta, why: str) -> None:
    """After the reading, or before the batch was written: the receipt counts from its reading, told once."""
    driver = at("approved")
    row, *_ = sent(driver)
    read = driver.now + timedelta(minutes=30)
    for _ in range(2):
        say(driver, [row], "entered", read + off if off > timedelta() else driver.now + off, read)
    stored = driver.row(Publication, row.id)
    assert (f"SX-{row.id}", read) == (stored.receipt, stored.receipted_at)
    (text,) = driver.read(
        lambda session: session.exec(
            select(Notification.text).where(col(Notification.event) == "exchange")
        ).all()
    )
    assert why in text
    assert "以读入时间为准" in text


@pytest.mark.parametrize("off", [timedelta(minutes=-4), timedelta(minutes=4)])
def test_two_clocks_may_be_some_minutes_apart(at: At, off: timedelta) -> None:
    """Neither before its batch nor after its reading is recorded, and nobody is bothered."""
    driver = at("approved")
    row, *_ = sent(driver)
    say(driver, [row], "entered", driver.now + off, driver.now)
    assert driver.now == driver.row(Publication, row.id).receipted_at
    told = driver.read(
        lambda session: session.exec(
            select(Notification.id).where(col(Notification.event) == "exchange")
        ).all()
    )
    assert [] == list(told)


def test_of_a_record_that_was_put_right_an_earlier_moment_is_not_believed(at: At) -> None:
    """It was rejected then: it can only have been entered since it was sent again."""
    driver = at("rejected")
    row = next(one for one in driver.publications(PublicationKind.RESULT) if one.rejected)
    first = driver.now
    driver.now += timedelta(days=2)
    driver.act(row.department, Role.HANDLER, ResendPublications(records=(row.id,), reason="已更正"))
    driver.exchange.run(TaskStep(task=OFFICE, now=driver.now))
    say(driver, [row], "entered", first + timedelta(hours=1), driver.now)
    assert driver.now == driver.row(Publication, row.id).receipted_at
