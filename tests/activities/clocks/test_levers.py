"""Acts on a clock: what they move, what stays in the trail, and which rungs still come."""

from datetime import date

import pytest
from sqlmodel import col, select

from models.papers import (
    ExtendWait,
    ReassignWait,
    SkipWait,
    SuspendClock,
)
from models.task import Visit
from rules.roles import Role
from rules.waits import WaitKind
from tests.activities.clocks.levers import WHY, refusal, resume, suspend
from tests.activities.conftest import At
from tests.activities.scenes import approved, submitted
from tests.activities.waits import (
    all_clocks,
    beijing,
    clock_of,
    due,
    fire,
    fired,
    let_pass,
    notices,
    wait_of,
)
from tests.activities.world import OFFICE_TARGET, add_person
from tests.builders import LEAD, OFFICE_DESK, SECOND


def test_suspended_working_days_are_added_at_the_end(at: At) -> None:
    """20 working days of 1 April end on 30 April; without five of them after May Day, on 11 May (9 May is worked)."""
    driver = at("visited")
    wait = wait_of(driver, WaitKind.ENTRY)
    assert date(2026, 4, 30) == due(driver, wait)
    driver.now = beijing("2026-04-09 10:00")
    suspend(driver, wait, "2026-04-09")
    assert clock_of(driver, wait).suspended
    driver.now = beijing("2026-04-15 16:00")
    answer = resume(driver, wait, "2026-04-16")
    assert date(2026, 5, 11) == due(driver, wait)
    assert ["opened", "suspended", "resumed"] == [one.cause.value for one in all_clocks(driver, wait)]
    assert [False, False, True] == [one.current for one in all_clocks(driver, wait)]
    event = next(one for one in driver.trail(answer.submission) if one.event == "deadline.moved")
    assert ("2026-05-11", "resumed") == (event.detail["to"], event.detail["cause"])
    assert 2 == len(notices(driver, "deadline"))


def test_no_rung_fires_while_a_clock_stands(at: At) -> None:
    """Neither with an open end nor inside a pause whose end is known; those ahead of it come as ever."""
    driver = at("visited")
    wait = wait_of(driver, WaitKind.ENTRY)
    driver.now = beijing("2026-04-22 10:00")
    suspend(driver, wait, "2026-04-22")
    assert clock_of(driver, wait).next_rung is None
    fire(driver, wait.scope, beijing("2026-05-08 09:00"))
    assert [] == fired(driver, wait)
    driver.now = beijing("2026-05-08 10:00")
    resume(driver, wait, "2026-05-09")
    # Six working days had been left at the pause's begin: 22 to 24, 27 to 30 April are seven.
    assert date(2026, 5, 18) == due(driver, wait)
    let_pass(driver, wait, beijing("2026-05-19 09:00"))
    assert [
        ("minus5", "2026-05-11 08:30"),
        ("minus1", "2026-05-15 08:30"),
        ("due", "2026-05-18 08:30"),
        ("plus1", "2026-05-19 08:30"),
    ] == fired(driver, wait)


def test_a_pause_with_a_known_end_passes_over_the_rungs_inside_it(at: At) -> None:
    """The moved due day has rungs of its own, of which only those after the pause fire."""
    driver = at("visited")
    wait = wait_of(driver, WaitKind.ENTRY)
    driver.now = beijing("2026-04-27 10:00")
    suspend(driver, wait, "2026-04-27", "2026-05-12")
    # Four working days were left, 27 to 30 April: they follow on 12 May, and −5 and −4 lie in the pause.
    assert date(2026, 5, 18) == due(driver, wait)
    assert not clock_of(driver, wait).suspended
    let_pass(driver, wait, beijing("2026-05-18 12:00"))
    assert [("minus1", "2026-05-15 08:30"), ("due", "2026-05-18 08:30")] == fired(driver, wait)


def test_what_was_suspended_stays_suspended_in_the_next_steps(at: At) -> None:
    """The visit's own 20 days carry the pause through approval to the receipt; others are not touched."""
    driver = at("visited")
    wait = wait_of(driver, WaitKind.ENTRY)
    driver.now = beijing("2026-04-09 10:00")
    suspend(driver, wait, "2026-04-09", "2026-04-15")
    submitted(driver)
    assert date(2026, 4, 14) == due(driver, wait_of(driver, WaitKind.APPROVAL, LEAD))
    approved(driver)
    assert date(2026, 5, 11) == due(driver, wait_of(driver, WaitKind.RECEIPT))
    assert date(2026, 4, 30) == due(driver, wait_of(driver, WaitKind.RECEIPT, LEAD))
    days = driver.read(
        lambda session: session.exec(select(Visit.department, col(Visit.due_day)).distinct()).all()
    )
    assert date(2026, 5, 11) == dict(days)[SECOND]


def test_an_extension_is_the_offices_and_moves_the_visits_clock(at: At) -> None:
    """The notice's 20 days are not the department's to lengthen; the extended visits keep their longer clock."""
    driver = at("visited")
    wait = wait_of(driver, WaitKind.ENTRY)
    paper = ExtendWait(wait=wait.id, amount=5, **WHY)
    assert "OfficeOnly" == refusal(driver, (SECOND, Role.HEAD), paper)
    driver.act(OFFICE_DESK, Role.OFFICE, paper)
    assert (date(2026, 5, 11), 25) == (due(driver, wait), clock_of(driver, wait).amount)
    submitted(driver)
    approved(driver)
    assert date(2026, 5, 11) == due(driver, wait_of(driver, WaitKind.RECEIPT))


def test_an_overdue_wait_that_is_extended_is_no_longer_overdue(at: At) -> None:
    """The level falls to none, and the new ladder begins below."""
    driver = at("visited")
    wait = wait_of(driver, WaitKind.ENTRY)
    let_pass(driver, wait, beijing("2026-05-12 09:00"))
    assert 3 == driver.job().level
    assert "ClockExpired" == refusal(
        driver, (SECOND, Role.HEAD), SuspendClock(wait=wait.id, from_day=driver.today, **WHY)
    )
    for one in (LEAD, SECOND, "test/third"):
        paper = ExtendWait(wait=wait_of(driver, WaitKind.ENTRY, one).id, amount=15, **WHY)
        driver.act(OFFICE_DESK, Role.OFFICE, paper)
    assert 0 == driver.job().level
    let_pass(driver, wait, beijing("2026-05-25 09:00"))
    # 35 working days of 1 April; the rung of five days before lies ahead of the act, and fires too.
    assert date(2026, 5, 25) == due(driver, wait)
    assert ["minus5", "minus1", "due"] == [rung for rung, _ in fired(driver, wait)[-3:]]


def test_approval_is_extended_inside_the_twenty_days_by_the_head(at: At) -> None:
    """The head may stretch what is the department's own; what would leave the 20 days is the office's."""
    driver = at("visited")
    driver.now = beijing("2026-04-24 10:00")
    submitted(driver)
    wait = wait_of(driver, WaitKind.APPROVAL)
    assert date(2026, 4, 29) == due(driver, wait)
    assert "OfficeOnly" == refusal(driver, (SECOND, Role.HEAD), ExtendWait(wait=wait.id, amount=1, **WHY))
    driver.act(OFFICE_DESK, Role.OFFICE, ExtendWait(wait=wait.id, amount=4, **WHY))
    assert date(2026, 5, 8) == due(driver, wait)
    approved(driver)
    assert date(2026, 5, 8) == due(driver, wait_of(driver, WaitKind.RECEIPT))


def test_a_reassigned_wait_reminds_the_new_role_or_person(at: At) -> None:
    """The next rung is written for whom it was reassigned to; a role that may not do it is refused."""
    driver = at("visited")
    wait = wait_of(driver, WaitKind.ENTRY)
    with driver.database.write() as session:
        add_person(session, SECOND, Role.HANDLER, name="p-chosen")
    head = (SECOND, Role.HEAD)
    wrong = ReassignWait(wait=wait.id, role=Role.APPROVER, reason="请假")
    assert "WrongRole" == refusal(driver, head, wrong)
    stranger = ReassignWait(wait=wait.id, role=Role.HANDLER, person="p-lead-handler", reason="请假")
    assert "NotPosted" == refusal(driver, head, stranger)
    driver.act(*head, ReassignWait(wait=wait.id, role=Role.HANDLER, person="p-chosen", reason="请假"))
    let_pass(driver, wait, beijing("2026-04-23 09:00"))
    (notice,) = [one for one in notices(driver, "due") if one.department == SECOND]
    assert (Role.HANDLER, "p-chosen") == (notice.role, notice.person)


def test_only_what_needs_no_end_can_be_skipped(at: At) -> None:
    """A yearly report may be dropped by order; a result, a claim, a publication may not."""
    driver = at("desk")
    wait = wait_of(driver, WaitKind.YEARLY_REPORT, LEAD)
    driver.act(OFFICE_DESK, Role.OFFICE, SkipWait(wait=wait.id, **WHY), target=OFFICE_TARGET)
    assert wait_of(driver, WaitKind.YEARLY_REPORT, LEAD).closed_at is not None
    driver = at("visited")
    entry = wait_of(driver, WaitKind.ENTRY)
    assert "LeverNotLawful" == refusal(driver, (OFFICE_DESK, Role.OFFICE), SkipWait(wait=entry.id, **WHY))


@pytest.mark.parametrize(("scene", "kind"), [("matched", WaitKind.VISIT), ("claimed", WaitKind.COMMIT)])
def test_periods_and_hours_are_not_suspended(at: At, scene: str, kind: WaitKind) -> None:
    """A visit's period is postponed instead, a period in hours extended."""
    driver = at(scene)
    wait = wait_of(driver, kind)
    paper = SuspendClock(wait=wait.id, from_day=driver.today, **WHY)
    assert "LeverNotLawful" == refusal(driver, (SECOND, Role.HEAD), paper)


def test_hours_are_extended_by_hours(at: At) -> None:
    """Eight office hours of Wednesday 10:00 end on Thursday 10:30; with four more, at 17:00: days would not tell."""
    driver = at("claimed")
    wait = wait_of(driver, WaitKind.COMMIT)
    before = clock_of(driver, wait).due
    answer = driver.act(OFFICE_DESK, Role.OFFICE, ExtendWait(wait=wait.id, amount=4, **WHY))
    after = clock_of(driver, wait).due
    assert ("2026-04-02 10:30", "2026-04-02 17:00") == (answer.data["from"], answer.data["to"])
    assert (beijing("2026-04-02 10:30"), beijing("2026-04-02 17:00")) == (before, after)
