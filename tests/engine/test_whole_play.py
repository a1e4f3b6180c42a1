"""The short play of a whole task, on both databases, in one truth at every scene."""

import pytest
from temporalio.client import WorkflowExecutionStatus

from tests.engine.house import TASK, TASK_WORKFLOW, House
from tests.engine.one_truth import disagreements
from tests.engine.outcome import Outcome, faults_of, outcome_of
from tests.play import SCENES


async def test_a_task_runs_to_its_end_and_every_scene_tells_one_truth(
    any_house: House, undisturbed: Outcome
) -> None:
    """Closed, chains intact, counters true, each effect once; workflow, details, lists and SQL agree."""
    async with any_house.working():
        for scene in SCENES:
            await any_house.play.run(scene)
            assert [] == await disagreements(any_house), scene
            assert [] == faults_of(any_house.database, TASK), scene
        await any_house.task.result()
    assert undisturbed == outcome_of(any_house.database, TASK)
    assert "closed" == undisturbed.status
    assert WorkflowExecutionStatus.COMPLETED == await any_house.status(TASK_WORKFLOW)


def test_the_outcome_that_others_are_held_against_is_whole(undisturbed: Outcome) -> None:
    """A yardstick that is empty would measure nothing."""
    assert 11 == len(undisturbed.drawn)
    assert 3 * 11 == len(undisturbed.assignments)
    assert {"national", "own_site"} == {
        name.split()[3] for name in undisturbed.effects if name[:11] == "publication"
    }
    assert {2} == {len(officers) for officers in undisturbed.assignments.values()}
    assert 3 == undisturbed.effects["disposal steps"]
    assert 33 == undisturbed.effects["results"] == undisturbed.effects["decision approved"]


@pytest.mark.parametrize("scene", ["claim", "draw", "enter"])
async def test_a_scene_played_again_changes_nothing(house: House, undisturbed: Outcome, scene: str) -> None:
    """The same message ids get the same answers, and nothing happens twice."""
    async with house.working():
        for one in SCENES:
            await house.play.run(one)
            if one == scene:
                await house.play.run(one)
    assert undisturbed == outcome_of(house.database, TASK)
