"""The whole life of a task, scene by scene."""

import pytest

from activities import audit
from rules.stages import Stage, TaskStatus
from tests.activities.conftest import At

REACHED = {
    "launched": Stage.INITIATE,
    "proposed": Stage.INITIATE,
    "prepared": Stage.NOTIFY,
    "offered": Stage.NOTIFY,
    "declined": Stage.NOTIFY,
    "claimed": Stage.DRAW,
    "requested": Stage.DRAW,
    "fixed": Stage.DRAW,
    "drawn": Stage.MATCH,
    "matched": Stage.INSPECT,
    "short": Stage.MATCH,
    "visited": Stage.ENTER,
    "submitted": Stage.ENTER,
    "approved": Stage.ENTER,
    "receipted": Stage.PUBLICIZE,
    "published": Stage.FOLLOW_UP,
    "disposed": Stage.FOLLOW_UP,
    "closed": Stage.OVER,
}


@pytest.mark.parametrize(("scene", "stage"), REACHED.items())
def test_each_scene_brings_the_task_to_its_stage(at: At, scene: str, stage: Stage) -> None:
    """The stage of the task follows from its rows alone."""
    assert stage is at(scene).progress().stage


def test_a_whole_task_closes_with_a_sound_trail(at_each: At) -> None:
    """Eight stages on either database: nothing is owed at the end, and every chain verifies."""
    driver = at_each("closed")
    progress = driver.progress()
    assert (TaskStatus.CLOSED, Stage.OVER, 0) == (progress.status, progress.stage, progress.waits_open)
    assert [] == driver.read(audit.verify)
