"""What a notice rules is what the draw and the clocks of its own tasks use, once a person has confirmed it."""

from datetime import date

from sqlmodel import select

from activities.standing import Policies
from models.papers import RequestDraw
from models.trail import AuditEvent
from rules.policy import PolicyKey
from rules.roles import Role
from rules.waits import WaitKind
from tests.activities.conftest import At
from tests.activities.draw.freezing import freeze
from tests.activities.plans.policies import CLAUSE, rule
from tests.activities.waits import deadlines, record, waits
from tests.builders import DOCUMENT, LEAD, OFFICE, actor

OTHER_PLAN = "test-2025"


def test_the_plans_minimum_is_what_its_draw_takes(at: At) -> None:
    """Twelve subjects in scope: the draw takes no fewer than the notice says."""
    driver = at("claimed")
    rule(driver, PolicyKey.MIN_COUNT, 11)
    plan = freeze(driver, RequestDraw(reason="按计划"))
    assert 11 == plan["quota"]["floor"]


def test_classes_are_wanted_where_the_notice_wants_them(at: At) -> None:
    """Then the initiator must have confirmed how they raise the ratio."""
    driver = at("claimed")
    rule(driver, PolicyKey.MARKET_CLASSES, value=True)
    answer = driver.say(RequestDraw(reason="按计划"), actor(LEAD, Role.HANDLER))
    assert "RisingTableUnconfirmed" == answer.type


def test_results_are_due_when_the_plans_notice_says(at: At) -> None:
    """15 working days from 18 September 2026 end on 15 October; the deadline names the notice's clause."""
    driver = at("matched")
    rule(driver, PolicyKey.ENTRY_DAYS, 15)
    record(driver, date(2026, 9, 18), 1)
    (wait,) = waits(driver, WaitKind.ENTRY)
    (deadline,) = deadlines(driver, wait)
    assert (date(2026, 10, 15), CLAUSE) == (deadline.due_day, deadline.clause)


def test_another_plans_rule_is_not_this_ones(at: At) -> None:
    """It goes before a department's own value in its own plan, and nowhere else."""
    driver = at("claimed")
    rule(driver, PolicyKey.ENTRY_DAYS, 15)
    policies = driver.read(lambda session: Policies(session, OFFICE, driver.today))
    found = [policies.value(PolicyKey.ENTRY_DAYS, LEAD, plan) for plan in (DOCUMENT, OTHER_PLAN, "")]
    assert [15, 20, 20] == found


def test_the_plans_own_chain_tells_who_confirmed_which_rule(at: At) -> None:
    """With the value and the clause."""
    driver = at("claimed")
    rule(driver, PolicyKey.MIN_COUNT, 5)
    events = driver.read(
        lambda session: session.exec(select(AuditEvent).where(AuditEvent.event == "plan.rule")).all()
    )
    assert [("min_count", 5, CLAUSE)] == [
        (one.detail["key"], one.detail["value"], one.detail["clause"]) for one in events
    ]
