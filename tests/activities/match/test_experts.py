"""Experts: asked for where an item needs one, proposed by lot, attached by message, shown on the papers."""

from sqlmodel import col, select

from activities.match.experts import lacking
from activities.match.visit_papers import papers_of
from models.papers import AttachAssistant
from models.registers import Expert
from models.task import AidKind, MatchAid, TakingPart
from rules.roles import Role
from rules.waits import WaitKind
from tests.activities.conftest import At
from tests.activities.driver import Driver
from tests.activities.neighbours import add_experts
from tests.activities.scenes import visited
from tests.activities.waits import wait_of
from tests.activities.world import item_of
from tests.builders import SECOND, actor

ITEM = item_of(SECOND)


def proposed(driver: Driver) -> list[str]:
    """Whom the lot proposes now."""
    with driver.database.read() as session:
        part = session.get_one(TakingPart, (driver.task, SECOND))
        return [expert.code for one in lacking(session, part) for expert in one.proposed]


def paper(expert: str) -> AttachAssistant:
    """Attach an expert of the register."""
    return AttachAssistant(name=expert, specialty="锅炉", item=ITEM, expert=expert, reason="按抽签结果")


def match(driver: Driver) -> None:
    """The machine matches the second department."""
    driver.steps.match_officers(driver.step(department=SECOND))


def test_an_item_that_needs_an_expert_opens_a_wait_until_one_is_attached(at: At) -> None:
    """The lot proposes one of two; the row says that it was the lot's."""
    driver = at("expert_lacking")
    assert wait_of(driver, WaitKind.EXPERT).closed_at is None
    (code,) = proposed(driver)
    driver.act(SECOND, Role.HANDLER, paper(code))
    assert wait_of(driver, WaitKind.EXPERT).closed_at is not None
    assert [] == proposed(driver)
    rows = driver.read(lambda session: session.exec(select(MatchAid)).all())
    assert [(AidKind.ASSIST, code, True)] == [
        (row.kind, row.content["expert"], row.content["proposed"]) for row in rows
    ]


def test_another_expert_than_the_lot_s_is_on_record_as_such(at: At) -> None:
    """A department may have its reasons; they are seen."""
    driver = at("expert_lacking")
    other = ({"E0", "E1"} - set(proposed(driver))).pop()
    driver.act(SECOND, Role.HANDLER, paper(other))
    (row,) = driver.read(lambda session: session.exec(select(MatchAid)).all())
    assert False is row.content["proposed"]


def test_an_expert_does_not_go_where_they_recuse_themselves(at: At) -> None:
    """Two are proposed; each paper names the one who goes there."""
    driver = at("drawn")
    codes = [driver.subject(visit).code for visit in driver.visits(SECOND)]
    add_experts(driver, tuple(codes[:4]), tuple(codes[4:]))
    match(driver)
    both = proposed(driver)
    assert {"E0", "E1"} == set(both)
    driver.act(SECOND, Role.HANDLER, paper("E0"))
    assert ["E1"] == proposed(driver)
    driver.act(SECOND, Role.HANDLER, paper("E1"))
    with driver.database.read() as session:
        named = {
            one["subject"]["code"]: [line["expert"] for line in one["assistants"]]
            for one in papers_of(session, driver.task, SECOND)
        }
    assert {code: ["E1"] if code in codes[:4] else ["E0"] for code in codes} == named


def test_a_helper_outside_the_register_serves_too(at: At) -> None:
    """Where the register has nobody, the wait says so until somebody is named."""
    driver = at("drawn")
    add_experts(driver)
    match(driver)
    assert wait_of(driver, WaitKind.EXPERT).closed_at is None
    assert [] == proposed(driver)
    helper = AttachAssistant(name="测辅助", specialty="锅炉", item=ITEM, reason="专家库无人")
    driver.act(SECOND, Role.HANDLER, helper)
    assert wait_of(driver, WaitKind.EXPERT).closed_at is not None


def test_who_does_not_fit_is_refused(at: At) -> None:
    """Unknown, of another trade, no longer engaged, or attached already."""
    driver = at("expert_lacking")
    with driver.database.write() as session:
        gone = session.exec(select(Expert).where(col(Expert.code) == "E0")).one()
        gone.engaged_to = driver.today
    by = actor(SECOND, Role.HANDLER)
    assert "ExpertUnknown" == driver.say(paper("E9"), by).type
    assert "ExpertUnfit" == driver.say(paper("E0"), by).type
    assert ["E1"] == proposed(driver)
    driver.act(SECOND, Role.HANDLER, paper("E1"))
    assert "AlreadyAttached" == driver.say(paper("E1"), by).type


def test_an_expert_is_no_longer_owed_once_all_is_checked(at: At) -> None:
    """What was done without one stays so; the wait does not outlive the checks."""
    driver = at("expert_lacking")
    for department in ("test/lead", "test/third"):
        driver.steps.match_officers(driver.step(department=department))
    visited(driver)
    assert wait_of(driver, WaitKind.EXPERT).closed_at is not None
