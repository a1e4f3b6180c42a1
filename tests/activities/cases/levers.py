"""The papers of clocks, each in its place and out of it."""

from datetime import timedelta

from sqlmodel import col, select

from models.papers import ExtendWait, ReassignWait, ResumeClock, SkipWait, SuspendClock
from models.trail import Wait
from rules.roles import Role
from rules.waits import WaitKind
from tests.activities.cases.base import DESK, NOT_THE_DESK, SECOND_HEAD, Case, office
from tests.activities.driver import Driver
from tests.activities.scenes import decision_of, request_of
from tests.activities.world import NOBODY
from tests.builders import LEAD, SECOND, THIRD


def _wait(driver: Driver, kind: WaitKind = WaitKind.ENTRY, department: str = SECOND) -> str:
    statement = select(Wait.id).where(col(Wait.kind) == kind, col(Wait.department) == department)
    return driver.read(lambda session: session.exec(statement).first()) or NOBODY


CASES: dict[str, Case] = {
    "clock.suspend": Case(
        "visited",
        SECOND_HEAD,
        lambda driver: SuspendClock(
            wait=_wait(driver), from_day=driver.today, reason="等待鉴定结论", approval="批1"
        ),
        (THIRD, "NotOwnWait"),
        ("matched", "WaitUnknown"),
        ("submitted", "WaitClosed"),
        closed="WaitClosed",
        cancelled="WaitClosed",
    ),
    "clock.resume": Case(
        "suspended",
        SECOND_HEAD,
        lambda driver: ResumeClock(
            wait=_wait(driver), runs_from=driver.today + timedelta(days=1), reason="结论已到", approval="批2"
        ),
        (THIRD, "NotOwnWait"),
        ("visited", "NotSuspended"),
        ("submitted", "WaitClosed"),
        closed="WaitClosed",
        cancelled="WaitClosed",
    ),
    "clock.extend": Case(
        "visited",
        DESK,
        lambda driver: ExtendWait(wait=_wait(driver), amount=5, reason="对象停业整顿", approval="批3"),
        NOT_THE_DESK,
        ("matched", "WaitUnknown"),
        ("submitted", "WaitClosed"),
        closed="WaitClosed",
        cancelled="WaitClosed",
    ),
    "clock.request": Case(
        "visited",
        (SECOND, Role.HANDLER),
        request_of,
        (THIRD, "NotOwnWait"),
        ("matched", "WaitUnknown"),
        ("submitted", "WaitClosed"),
        closed="WaitClosed",
        cancelled="WaitClosed",
    ),
    "clock.decide": Case(
        "clock asked",
        SECOND_HEAD,
        decision_of,
        (THIRD, "NotOwnWait"),
        ("visited", "WaitUnknown"),
        ("decided", "WaitClosed"),
        closed="WaitUnknown",
        cancelled="WaitUnknown",
    ),
    "wait.reassign": Case(
        "visited",
        SECOND_HEAD,
        lambda driver: ReassignWait(wait=_wait(driver), role=Role.HANDLER, reason="执法人员请假"),
        (THIRD, "NotOwnWait"),
        ("matched", "WaitUnknown"),
        ("submitted", "WaitClosed"),
        closed="WaitClosed",
        cancelled="WaitClosed",
    ),
    "wait.skip": office(
        lambda driver: SkipWait(
            wait=_wait(driver, WaitKind.YEARLY_REPORT, LEAD), reason="并入市级报告", approval="批4"
        ),
        "desk",
        early=("adopted", "WaitUnknown"),
    ),
}
