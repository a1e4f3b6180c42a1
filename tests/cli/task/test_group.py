"""A task is launched, claimed and cancelled by command, ruled on where the papers are filed."""

from models.task import TakingPart
from rules.roles import Role
from rules.stages import Claim
from tests.activities.driver import Driver
from tests.activities.world import TASK
from tests.builders import DOCUMENT, LEAD, OFFICE_DESK, SECOND, THIRD, person
from tests.cli.conftest import At
from tests.cli.said import Say, data, refused

HANDLER = person(LEAD, Role.HANDLER)
OFFICE_STAFF = person(OFFICE_DESK, Role.OFFICE)


def claim_of(driver: Driver, department: str) -> Claim:
    """How a department's claim stands."""
    return driver.read(lambda session: session.get_one(TakingPart, (TASK, department)).claim)


def test_launch_is_told_its_task_and_next_step(say: Say, at: At) -> None:
    """The launch answers with the task's id; a second launch of the round is refused."""
    at("adopted")
    said = say("task", "start", DOCUMENT, "1", "--as", HANDLER)
    assert TASK in said.out
    assert "task scope" in said.out
    assert (3, "AlreadyLaunched") == refused(say("task", "start", DOCUMENT, "1", "--as", HANDLER))


def test_partner_declines_and_the_office_settles_it(say: Say, at: At) -> None:
    """The office need not name the only partner that declined; two open ones it must."""
    driver = at("offered")
    handler = person(SECOND, Role.HANDLER)
    assert 0 == say("task", "decline", TASK, "--reason", "人手紧", "--as", handler).code
    assert (3, "PartnerNeeded") == refused(
        say("task", "release", TASK, "--reason", "同意", "--as", OFFICE_STAFF)
    )
    assert 0 == say("task", "reoffer", TASK, "--reason", "已协调", "--as", OFFICE_STAFF).code
    assert 0 == say("task", "claim", TASK, "--as", handler).code
    assert Claim.CLAIMED is claim_of(driver, SECOND)
    extend = ("task", "extend", TASK, "协同局", "--days", "3", "--reason", "同意", "--as", OFFICE_STAFF)
    assert 0 == say(*extend).code
    assert 0 == say("task", "release", TASK, "协同局", "--reason", "同意", "--as", OFFICE_STAFF).code
    assert Claim.RELEASED is claim_of(driver, THIRD)


def test_reason_is_not_empty_in_words(say: Say, at: At) -> None:
    """An empty reason is named as what it is."""
    at("offered")
    said = say("task", "decline", TASK, "--reason", "", "--as", person(SECOND, Role.HANDLER))
    assert (3, "PaperInvalid") == refused(said)
    assert "理由不能为空" in said.err


def test_cancelled_task_refuses_everything_else(say: Say, at: At) -> None:
    """The office cancels by number; from then on the task says that it has ended."""
    at("offered")
    assert 0 == say("task", "cancel", TASK, "--number", "撤1", "--reason", "调整", "--as", OFFICE_STAFF).code
    assert (3, "TaskClosed") == refused(say("task", "claim", TASK, "--as", person(SECOND, Role.HANDLER)))
    assert [] == data(say, "task", "list")
    assert ["cancelled"] == [one["status"] for one in data(say, "task", "list", "--all")]
    assert "另有1项已办结或已撤销的未列" in say("task", "list").out
    cancelled = data(say, "task", "show", TASK)["cancelled"]
    assert ("撤1", "调整") == (cancelled["number"], cancelled["reason"])
    assert "撤销文号：撤1" in say("task", "show", TASK).out
