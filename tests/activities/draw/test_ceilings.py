"""Who has been drawn often enough, or is visited anyway, is a choice of who asks."""

from cli.draw.lists import ceiling_lines
from models.papers import RequestDraw, SetPolicy
from models.trail import Outcome
from rules.policy import PolicyKey
from rules.roles import Role
from rules.stages import TaskStatus
from tests.activities.conftest import At
from tests.activities.draw.freezing import LOW, RISKY, annex, freeze, other_task
from tests.activities.world import OFFICE_TARGET
from tests.builders import LEAD, OFFICE_DESK, actor


def test_a_low_risk_subject_is_drawn_once_a_year_unless_it_is_kept(at: At) -> None:
    """The request says how many and which command lists them; the choice is hashed with the plan."""
    driver = at("claimed")
    other_task(driver, LOW, RISKY)
    asked = driver.say(RequestDraw(reason="按计划"), actor(LEAD, Role.HANDLER))
    assert (Outcome.REFUSED, "CeilingReached") == (asked.outcome, asked.type)
    assert "1户" in asked.words
    assert "draw ceilings" in asked.words
    with driver.database.read() as session:
        lines = ceiling_lines(session, driver.task, driver.now)
    assert [LOW] == [line["code"] for line in lines]
    plan = freeze(driver, RequestDraw(reason="按计划", ceiling="exclude"))
    assert ({"ceiling": 1}, "exclude", 11) == (
        plan["left_out"],
        plan["choices"]["ceiling"],
        plan["population"],
    )
    assert ("ceiling", "本年度已列入1项任务") == (annex(driver)[LOW]["left_out"], annex(driver)[LOW]["fact"])


def test_an_exception_from_the_ceiling_is_on_record(at: At) -> None:
    """Kept: the subject stays in the directory, and the plan says that it was chosen so."""
    driver = at("claimed")
    other_task(driver, LOW)
    bare = driver.say(RequestDraw(reason="投诉集中", ceiling="keep"), actor(LEAD, Role.HANDLER))
    assert "ExceptionUnfounded" == bare.type
    plan = freeze(driver, RequestDraw(reason="投诉集中", ceiling="keep", evidence="会议纪要3号"))
    assert "会议纪要3号" == plan["evidence"]
    assert ("keep", 12, {}) == (plan["choices"]["ceiling"], plan["population"], plan["left_out"])


def test_cancelled_tasks_and_former_years_do_not_count(at: At) -> None:
    """The yearly count is of visits that stand."""
    driver = at("claimed")
    other_task(driver, LOW, status=TaskStatus.CANCELLED)
    assert {"population": 12} == {"population": freeze(driver, RequestDraw(reason="按计划"))["population"]}


def test_a_department_may_have_a_ceiling_of_its_own(at: At) -> None:
    """The same body, the same subject: whatever its class."""
    driver = at("claimed")
    other_task(driver, RISKY)
    policy = SetPolicy(key=PolicyKey.YEARLY_CEILING_BODY, value=1, clause="会议纪要", valid_from=driver.today)
    driver.act(OFFICE_DESK, Role.OFFICE, policy, target=OFFICE_TARGET)
    assert "CeilingReached" == driver.say(RequestDraw(reason="按计划"), actor(LEAD, Role.HANDLER)).type


def test_a_subject_that_another_task_has_just_visited_is_a_choice_too(at: At) -> None:
    """Ten days ago is recent; the annex names the day."""
    driver = at("claimed")
    other_task(driver, RISKY, done=10)
    assert "RecentlyVisited" == driver.say(RequestDraw(reason="按计划"), actor(LEAD, Role.HANDLER)).type
    plan = freeze(driver, RequestDraw(reason="按计划", recent="exclude"))
    assert {"recent": 1} == plan["left_out"]
    assert "2026-03-22" in annex(driver)[RISKY]["fact"]
