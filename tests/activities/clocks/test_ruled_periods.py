"""Periods that an office rules itself: in months, in other days, for one department, and for disposals."""

from datetime import date
from typing import Any

import pytest

from activities.clocks.explaining import explain_wait
from models.papers import DeclineClaim, ExtendWait, ProposedDisposal, SetPolicy, StepDisposal
from rules.deadline import Unit
from rules.disposal import DisposalKind
from rules.policy import PolicyKey
from rules.roles import Role
from rules.waits import WaitKind
from tests.activities.conftest import At
from tests.activities.driver import Driver
from tests.activities.results.disposing import due as disposal_due
from tests.activities.results.disposing import find, take
from tests.activities.waits import clock_of, wait_of
from tests.activities.world import OFFICE_TARGET
from tests.builders import OFFICE_DESK, SECOND, THIRD, actor

CLAUSE = "测双随机办〔2026〕2号：一个月内"


def rule(driver: Driver, key: PolicyKey, value: Any, department: str = "") -> None:
    """The office rules a period."""
    paper = SetPolicy(key=key, value=value, clause=CLAUSE, valid_from=driver.today, department=department)
    driver.act(OFFICE_DESK, Role.OFFICE, paper, target=OFFICE_TARGET)


def test_a_period_ruled_in_months_makes_a_clock_in_months(at: At) -> None:
    """A month from 1 April 2026 ends on 1 May, a holiday: it stays the last day, and every day counts."""
    driver = at("visited")
    rule(driver, PolicyKey.APPROVAL_DAYS, "1个月")
    rule(driver, PolicyKey.CASE_FILING_DAYS, "1个月")
    (case,) = find(driver, ProposedDisposal(kind=DisposalKind.CASE))
    wait = wait_of(driver, WaitKind.DISPOSAL)
    clock = clock_of(driver, wait)
    assert (1, Unit.MONTH, date(2026, 5, 1), CLAUSE) == (
        clock.amount,
        clock.unit,
        clock.due_day,
        clock.clause,
    )
    assert not clock.provisional
    explained = driver.read(lambda session: explain_wait(session, wait, driver.now))
    assert (30, "满1个月之日，计入（劳动节）") == (explained.counted, explained.days[-1].why)
    # The approval lies inside the clock of its entry, whatever is ruled for it.
    approval = clock_of(driver, wait_of(driver, WaitKind.APPROVAL))
    assert (Unit.MONTH, date(2026, 4, 30)) == (approval.unit, approval.due_day)
    assert case.owner == SECOND


def test_a_clock_in_months_is_extended_by_months(at: At) -> None:
    """In its own unit, like every other; a clock that runs already keeps its terms."""
    driver = at("offered")
    rule(driver, PolicyKey.CLAIM_DAYS, "2个月")
    rule(driver, PolicyKey.SETTLE_CLAIM_DAYS, "1个月")
    assert Unit.WORKING_DAY == clock_of(driver, wait_of(driver, WaitKind.CLAIM)).unit
    driver.act(SECOND, Role.HANDLER, DeclineClaim(reason="人员紧张"))
    wait = wait_of(driver, WaitKind.SETTLE_CLAIM, OFFICE_DESK)
    assert date(2026, 5, 1) == clock_of(driver, wait).due_day
    paper = ExtendWait(wait=wait.id, amount=1, reason="正在协调", approval="批1号")
    driver.act(OFFICE_DESK, Role.OFFICE, paper)
    assert date(2026, 6, 1) == clock_of(driver, wait).due_day


@pytest.mark.parametrize(
    ("key", "value", "kind", "expected"),
    [
        (PolicyKey.CASE_FILING_DAYS, "7日", DisposalKind.CASE, date(2026, 4, 8)),
        (PolicyKey.RECTIFY_DAYS, "1个月", DisposalKind.RECTIFY, date(2026, 5, 11)),
        (PolicyKey.NO_DISPOSAL_DAYS, 1, DisposalKind.NONE, date(2026, 4, 2)),
    ],
)
def test_a_disposals_clock_is_the_policys(
    at: At, key: PolicyKey, value: Any, kind: DisposalKind, expected: date
) -> None:
    """Of the department that owes it: the periods of one trade's rules are not another's."""
    driver = at("visited")
    rule(driver, key, value, department=SECOND)
    (made,) = find(driver, ProposedDisposal(kind=kind))
    assert expected == disposal_due(driver, made)


def test_who_receives_a_transfer_has_as_long_as_the_office_rules(at: At) -> None:
    """Ruled for the receiver, not for the sender."""
    driver = at("visited")
    rule(driver, PolicyKey.ACKNOWLEDGE_DAYS, 9, department=SECOND)
    rule(driver, PolicyKey.ACKNOWLEDGE_DAYS, 2, department=THIRD)
    (made,) = find(driver, ProposedDisposal(kind=DisposalKind.TRANSFER, receiver=THIRD))
    assert "Accepted" == take(driver, made, "send").type
    assert date(2026, 4, 3) == disposal_due(driver, made)


def test_how_long_the_head_may_prolong_a_case_is_ruled_too(at: At) -> None:
    """What is beyond it is decided together, with its own number of days."""
    driver = at("visited")
    rule(driver, PolicyKey.CASE_PROLONGATION_DAYS, "1个月")
    (case,) = find(driver, ProposedDisposal(kind=DisposalKind.CASE))
    take(driver, case, "file")
    assert date(2026, 6, 30) == disposal_due(driver, case)
    paper = StepDisposal(step="extend", on=driver.today, note="批1号", days=31)
    answer = driver.say(paper, actor(SECOND, Role.HEAD), target=f"disposal/{case.id}")
    assert ("DaysTooMany", True) == (answer.type, "1个月" in (answer.words or ""))
    assert "Accepted" == take(driver, case, "extend", role=Role.HEAD).type
    assert date(2026, 7, 30) == disposal_due(driver, case)
