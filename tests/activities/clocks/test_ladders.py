"""Every kind of wait left unanswered: through its whole ladder to the last rung, each once, and back."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial

import pytest
from sqlmodel import col, select

from activities.authority import name_of
from activities.clocks.waits import Clocks
from activities.desk.notices import desk_id
from models.papers import AcceptClaim, ReturnResults, SetPolicy
from models.trail import Outbox, Wait
from rules.ladder import Level
from rules.roles import Role
from rules.stages import VisitStage
from rules.wait_rules import WAITS
from rules.waits import WaitKind
from tests.activities.conftest import At
from tests.activities.scenes import submitted, visited
from tests.activities.waits import beijing, clock_of, fire, fired, let_pass, notices, wait_of
from tests.activities.world import OFFICE_TARGET
from tests.builders import LEAD, OFFICE, OFFICE_DESK, SECOND, THIRD


@dataclass(frozen=True)
class Unanswered:
    """A wait of a scene, its last day, and when its rungs come; reckoned by hand with the notice of 2026.

    Off: 4 to 6 April, 1 to 5 May, 19 to 21 June; worked: 9 May.
    """

    scene: str
    kind: WaitKind
    department: str
    rungs: tuple[tuple[str, str], ...]


def _days(*moments: str, missed: int = 0) -> tuple[tuple[str, str], ...]:
    """The rungs of a ladder in days, without the first ones where the period is too short for them."""
    names = ("minus5", "minus1", "due", "plus1", "plus3", "plus3", "plus3")
    return tuple(zip(names[missed:], [f"2026-{one} 08:30" for one in moments], strict=True))


IN_2 = _days("04-02", "04-03", "04-07", "04-09", "04-14", "04-17", missed=1)
"""Two working days of 1 April: Friday the 3rd; Tuesday the 7th is the first working day after it."""
IN_3 = _days("04-03", "04-07", "04-08", "04-10", "04-15", "04-20", missed=1)
IN_5 = _days("04-08", "04-09", "04-10", "04-14", "04-17", "04-22", missed=1)
IN_10 = _days("04-09", "04-15", "04-16", "04-17", "04-21", "04-24", "04-29")
IN_20 = _days("04-23", "04-29", "04-30", "05-06", "05-08", "05-12", "05-15")
MISSED = {
    WaitKind.COMMIT: ("claimed", "2026-04-02 08:30", "2026-04-02 10:30"),
    WaitKind.REVEAL: ("fixed", "2026-04-01 14:30", "2026-04-01 16:30"),
}
"""Waits in office hours that end by themselves: a draw goes on without a contribution that was missed."""

WAITING = (
    Unanswered("launched", WaitKind.PREPARE, LEAD, IN_5),
    Unanswered("launched", WaitKind.PREPARE_ITEMS, LEAD, IN_5),
    Unanswered("launched", WaitKind.PREPARE_PERIODS, LEAD, IN_5),
    Unanswered("proposed", WaitKind.CONFIRM, LEAD, IN_2),
    Unanswered("proposed", WaitKind.CONFIRM_ITEMS, LEAD, IN_2),
    Unanswered("proposed", WaitKind.CONFIRM_PERIODS, LEAD, IN_2),
    Unanswered("offered", WaitKind.CLAIM, SECOND, IN_2),
    Unanswered("declined", WaitKind.SETTLE_CLAIM, OFFICE_DESK, IN_2),
    Unanswered("claimed", WaitKind.REQUEST_DRAW, LEAD, IN_3),
    Unanswered("requested", WaitKind.APPROVE_DRAW, LEAD, IN_2),
    Unanswered("short", WaitKind.MATCH, SECOND, IN_3),
    Unanswered("asked", WaitKind.LEND, THIRD, IN_2),
    Unanswered("expert_lacking", WaitKind.EXPERT, SECOND, IN_3),
    Unanswered("offered_joint", WaitKind.JOINT_VISIT, SECOND, IN_2),
    # The visit period's last day, 21 April, is a fact; its rungs are working days all the same.
    Unanswered(
        "matched",
        WaitKind.VISIT,
        SECOND,
        _days("04-14", "04-20", "04-21", "04-22", "04-24", "04-29", "05-07"),
    ),
    Unanswered("visited", WaitKind.ENTRY, SECOND, IN_20),
    Unanswered("clock asked", WaitKind.DECIDE_CLOCK, SECOND, IN_2),
    Unanswered("submitted", WaitKind.APPROVAL, SECOND, IN_3),
    Unanswered("approved", WaitKind.RECEIPT, SECOND, IN_20),
    Unanswered("receipted", WaitKind.PROOF, SECOND, IN_5),
    # Ten days to comply end on 11 April; the re-check follows within five working days.
    Unanswered(
        "approved",
        WaitKind.DISPOSAL,
        SECOND,
        _days("04-10", "04-16", "04-17", "04-20", "04-22", "04-27", "04-30"),
    ),
    Unanswered("sent", WaitKind.ACKNOWLEDGE, THIRD, IN_5),
    Unanswered("published", WaitKind.SUMMARY, SECOND, IN_10),
    Unanswered("summed", WaitKind.SUMMARY_RECEIPT, OFFICE_DESK, IN_5),
    Unanswered("corrected", WaitKind.SIGN, THIRD, IN_3),
    Unanswered(
        "desk",
        WaitKind.YEARLY_REPORT,
        LEAD,
        _days("11-13", "11-19", "11-20", "11-23", "11-25", "11-30", "12-03"),
    ),
)


ON_21_APRIL = _days("04-14", "04-20", "04-21", "04-22", "04-24", "04-29", "05-07")
"""A last day that is a fact, 21 April: a report that an institution promised by then."""
BY_HAND = {
    WaitKind.FORWARD: IN_5,
    WaitKind.PUBLIC_VALUE: IN_5,
    WaitKind.ALLOW_REDRAW: IN_2,
    WaitKind.COMMISSION: ON_21_APRIL,
    # Opened by the watch over a plan row; its own scenes stand in test_plan_year.
    WaitKind.WINDOW: ON_21_APRIL,
    WaitKind.WITHDRAWAL: IN_3,
    WaitKind.SETTLE_ROWS: IN_10,
    WaitKind.RISING: IN_3,
    WaitKind.CONSENT: ON_21_APRIL,
    WaitKind.REGISTER_LOAD: ON_21_APRIL,
    WaitKind.YEARLY_SUPPLEMENT: IN_20,
    WaitKind.REFERRAL: IN_20,
}
"""Kinds that no scene stops at: opened as the rulings do."""


def test_no_kind_of_wait_is_left_out() -> None:
    """Whoever adds a kind adds its ladder here."""
    assert set(WaitKind) == {one.kind for one in WAITING} | set(BY_HAND) | set(MISSED)


@pytest.mark.parametrize("kind", BY_HAND, ids=lambda kind: kind.value)
def test_a_kind_that_no_scene_stops_at_climbs_its_ladder_too(at: At, kind: WaitKind) -> None:
    """The same mechanism for every wait."""
    driver = at("matched")
    with driver.database.write() as session:
        clocks = Clocks(session, OFFICE, driver.now)
        clocks.open(
            kind,
            key="by hand",
            scope=driver.target,
            task=driver.task,
            department=SECOND,
            opened_by="x",
            due=date(2026, 4, 21) if WAITS[kind].period is None else None,
        )
    wait = wait_of(driver, kind)
    let_pass(driver, wait, _at(BY_HAND[kind][-1][1]) + timedelta(minutes=5))
    assert list(BY_HAND[kind]) == fired(driver, wait)


@pytest.mark.parametrize("kind", MISSED, ids=lambda kind: kind.value)
def test_a_contribution_is_reminded_of_once_and_missed_at_its_hour(at: At, kind: WaitKind) -> None:
    """Two office hours before the end; then nothing is waited for any more, and nothing climbs."""
    scene, reminded, end = MISSED[kind]
    driver = at(scene)
    wait = wait_of(driver, kind, SECOND)
    assert _at(end) == clock_of(driver, wait).due
    let_pass(driver, wait, _at(end) - timedelta(minutes=1))
    assert [("minus2h", reminded)] == fired(driver, wait)
    fire(driver, wait.scope, _at(end) + timedelta(minutes=1))
    assert wait_of(driver, kind, SECOND).closed_at is not None
    assert [("minus2h", reminded)] == fired(driver, wait)


def _name(one: Unanswered) -> str:
    return one.kind.value


@pytest.mark.parametrize("one", WAITING, ids=_name)
def test_an_unanswered_wait_climbs_its_ladder_each_rung_once_and_never_ends(at: At, one: Unanswered) -> None:
    """At the right moment in Beijing, across the Qingming and May holidays and the make-up Saturday."""
    driver = at(one.scene)
    wait = wait_of(driver, one.kind, one.department)
    woken = let_pass(driver, wait, _at(one.rungs[-1][1]) + timedelta(minutes=5))
    assert list(one.rungs) == fired(driver, wait)
    assert [_at(moment) for _, moment in one.rungs] == woken
    clock = clock_of(driver, wait)
    assert clock.next_rung is not None
    assert clock.next_rung > driver.now
    assert Level.OFFICE == driver.read(lambda session: session.get_one(Wait, wait.id)).level


@pytest.mark.parametrize("one", WAITING, ids=_name)
def test_after_an_outage_only_the_highest_missed_rung_is_sent(at: At, one: Unanswered) -> None:
    """All others are on record as merged into it, and the ladder goes on from there."""
    driver = at(one.scene)
    wait = wait_of(driver, one.kind, one.department)
    *missed, last = one.rungs
    back = _at(last[1]) + timedelta(hours=1)
    before = len(notices(driver, "overdue", "due"))
    fire(driver, wait.scope, back)
    fire(driver, wait.scope, back + timedelta(minutes=1))
    assert [(last[0], f"{back:%Y-%m-%d %H:%M}")] == fired(driver, wait)
    told = [row for row in notices(driver, "overdue", "due")[before:] if row.key.startswith(wait.key)]
    assert 1 == len(told)
    clock = clock_of(driver, wait)
    assert clock.next_rung is not None
    assert clock.next_rung > back
    assert len(missed) > 2


def _at(text: str) -> datetime:
    return beijing(text)


def test_a_rung_that_the_office_alone_is_told_of_wakes_the_desk_of_who_owes_it(at: At) -> None:
    """Else its page would go on showing the level and the next reminder of days ago."""
    driver = at("offered")
    now = beijing("2026-04-14 08:30")
    fire(driver, wait_of(driver, WaitKind.CLAIM, SECOND).scope, now)
    assert {OFFICE_DESK} == {notice.department for notice in notices(driver, "overdue")}
    owners = [driver.read(partial(name_of, department=one)) for one in (SECOND, THIRD)]
    texts = " ".join(notice.text for notice in notices(driver, "overdue"))
    assert all(f"{owner}未办：" in texts for owner in owners)
    woken = driver.read(
        lambda session: session.exec(
            select(Outbox.workflow).where(col(Outbox.created_at) == driver.now)
        ).all()
    )
    assert {desk_id(SECOND, 2026), desk_id(OFFICE_DESK, 2026)} <= set(woken)


def test_an_answered_wait_falls_silent_at_once(at: At) -> None:
    """Its timer is gone in the transaction of the answer; the levels fall with it."""
    driver = at("offered")
    waits = [wait_of(driver, WaitKind.CLAIM, one) for one in (SECOND, THIRD)]
    let_pass(driver, waits[0], beijing("2026-04-10 09:00"))
    assert Level.OFFICE == driver.job().level
    for one in (SECOND, THIRD):
        driver.act(one, Role.HANDLER, AcceptClaim())
    assert [None, None] == [clock_of(driver, wait).next_rung for wait in waits]
    assert Level.NONE == driver.job().level
    before = [fired(driver, wait) for wait in waits]
    fire(driver, waits[0].scope, beijing("2026-04-30 09:00"))
    assert before == [fired(driver, wait) for wait in waits]


@pytest.mark.parametrize(
    ("completed", "rungs"),
    [
        # National Day 1 to 7 October; 20 September and 10 October are worked.
        (
            "2026-09-18",
            "10-15 10-21 10-22 10-23 10-27 10-30",
        ),
        # The New Year of 2027 is not published: plain weekdays until it is.
        ("2026-12-03", "12-24 12-30 12-31 2027-01-01 2027-01-05 2027-01-08"),
    ],
)
def test_the_twenty_days_across_national_day_and_new_year(at: At, completed: str, rungs: str) -> None:
    """From 2026-09-18 to 10-22, over Mid-Autumn and National Day; rungs lie on working days only."""
    driver = at("matched")
    driver.now = beijing(f"{completed} 10:00")
    visited(driver)
    wait = wait_of(driver, WaitKind.ENTRY)
    moments = [f"{one if len(one) > 5 else f'2026-{one}'} 08:30" for one in rungs.split()]
    let_pass(driver, wait, beijing(moments[-1]) + timedelta(minutes=1))
    names = ["minus5", "minus1", "due", "plus1", "plus3", "plus3"]
    assert list(zip(names, moments, strict=True)) == fired(driver, wait)


def test_a_returned_submission_begins_a_ladder_of_its_own(at: At) -> None:
    """The next cycle ends on the same day, and its own rungs come once more."""
    driver = at("visited")
    first = wait_of(driver, WaitKind.ENTRY)
    let_pass(driver, first, beijing("2026-04-23 09:00"))
    driver.now = beijing("2026-04-23 10:00")
    submitted(driver)
    visits = tuple(one.id for one in driver.visits(SECOND, VisitStage.SUBMITTED))
    driver.act(SECOND, Role.APPROVER, ReturnResults(visits=visits, reason="填报不全"))
    second = wait_of(driver, WaitKind.ENTRY)
    assert (first.id != second.id, 2) == (True, second.cycle)
    assert clock_of(driver, first).due == clock_of(driver, second).due
    let_pass(driver, second, beijing("2026-05-06 09:00"))
    assert [("minus5", "2026-04-23 08:30")] == fired(driver, first)
    assert [
        ("minus1", "2026-04-29 08:30"),
        ("due", "2026-04-30 08:30"),
        ("plus1", "2026-05-06 08:30"),
    ] == fired(driver, second)


def test_a_department_climbs_its_own_ladder_where_the_office_gives_it_one(at: At) -> None:
    """A policy of the office for one department goes before the office's own."""
    driver = at("claimed")
    ladder = [
        {"name": "early", "offset": -2, "to": ["handler"]},
        {"name": "late", "offset": 2, "to": ["office"], "office": True, "level": 3, "repeat_every": 5},
    ]
    paper = SetPolicy(key="ladder", value=ladder, clause="会议纪要", valid_from=driver.today, department=LEAD)
    driver.act(OFFICE_DESK, Role.OFFICE, paper, target=OFFICE_TARGET)
    wait = wait_of(driver, WaitKind.REQUEST_DRAW, LEAD)
    driver.steps.fire_task_rungs(driver.step())
    let_pass(driver, wait, beijing("2026-04-20 09:00"))
    assert ("late", "2026-04-09 08:30") in fired(driver, wait)
