"""A launch approval is used up by the launch that it allowed, and names what a new one replaces."""

from datetime import timedelta

import pytest

from activities.draw.papers import load_plan
from activities.draw.relaunch import replaced_launches
from models.papers import ApproveLaunch, RevealLink
from models.task import JointTask
from rules.draw_commitments import link
from rules.roles import Role
from tests.activities import scenes
from tests.activities.conftest import At
from tests.activities.draw.launching import launched_again, refused_again
from tests.activities.driver import Driver
from tests.activities.scenes import secret
from tests.activities.world import OFFICE_TARGET, TASK
from tests.builders import DOCUMENT, LEAD, OFFICE_DESK, actor


def test_after_a_draw_each_launch_needs_an_approval_of_its_own(at: At) -> None:
    """Also where the launch that it replaces was itself cancelled before its draw."""
    driver = at("cancelled")
    assert "RelaunchNotApproved" == refused_again(driver)
    scenes.allowed_again(driver)
    assert "批2" == launched_again(driver, 2).approval
    scenes.cancelled(Driver(driver.database, driver.folder, task=f"{TASK}/2"))
    assert "RelaunchNotApproved" == refused_again(driver)
    scenes.allowed_again(driver, "批3")
    assert "批3" == launched_again(driver, 3).approval


def test_an_approval_from_before_the_cancellation_allows_no_relaunch(at: At) -> None:
    """It was given for another launch: it could not name what is replaced."""
    driver = at("adopted")
    scenes.allowed_again(driver, "批1")
    for scene in (
        scenes.launched,
        scenes.prepared,
        scenes.offered,
        scenes.claimed,
        scenes.requested,
        scenes.fixed,
    ):
        scene(driver)
    driver.act(LEAD, Role.HANDLER, RevealLink(link=link(secret(LEAD), 1)))
    driver.now += timedelta(hours=1)
    scenes.cancelled(driver)
    assert "RelaunchNotApproved" == refused_again(driver)


def test_a_launch_that_runs_or_was_closed_needs_no_approval(at: At) -> None:
    """One that nobody could ever use is not registered; the refusal names the launch."""
    driver = at("receipted")
    paper = ApproveLaunch(document=DOCUMENT, seq="1", number="批1", reason="再办")
    answer = driver.say(paper, actor(OFFICE_DESK, Role.OFFICE), target=OFFICE_TARGET)
    assert ("AlreadyLaunched", True) == (answer.type, TASK in answer.words)


@pytest.mark.parametrize("scene", ["launched", "claimed"])
def test_before_a_draw_a_cancelled_round_is_launched_again_inside_its_window(at: At, scene: str) -> None:
    """Nothing was drawn: there is nothing that could be chosen anew."""
    driver = at(scene)
    scenes.cancelled(driver)
    assert launched_again(driver, 2).approval is None


def test_an_approval_after_a_cancellation_names_the_cancelled_launch(at: At) -> None:
    """In its answer and in the trail."""
    driver = at("cancelled")
    paper = ApproveLaunch(document=DOCUMENT, seq="1", number="批2", reason="重新抽取")
    answer = driver.act(OFFICE_DESK, Role.OFFICE, paper, target=OFFICE_TARGET)
    assert {"replaces": TASK} == answer.data
    assert TASK in [event.detail.get("replaces") for event in driver.trail(answer.submission)]


def test_the_draw_of_a_relaunched_round_names_what_it_replaces(at: At) -> None:
    """In the hashed plan: a round that is cancelled and launched again is drawn anew before everybody's eyes."""
    driver = at("cancelled")
    scenes.allowed_again(driver)
    launched_again(driver, 2)
    again = Driver(driver.database, driver.folder, task=f"{TASK}/2", now=driver.now)
    for scene in (scenes.prepared, scenes.offered, scenes.claimed, scenes.requested, scenes.fixed):
        scene(again)
    plan = again.read(lambda session: load_plan(session, again.task, 1))
    instead = plan["row"]["instead_of"]
    assert (TASK, "批2") == (instead["task"], instead["approval"])
    assert [{"task": TASK, "drawn": True}] == again.read(
        lambda session: replaced_launches(session, again.row(JointTask, again.task))
    )
