"""Every workflow can be started afresh from the database at its present stage (重建)."""

from datetime import UTC, datetime

from temporalio.client import WorkflowExecutionStatus

from activities.rebuild import open_cases, rebuild
from models.papers import SignCorrection
from rules.roles import Role
from tests.builders import SECOND
from tests.engine.corrections import ask_for_correction, corrections_entered
from tests.engine.house import TASK, TASK_WORKFLOW, House
from tests.engine.outcome import Outcome, faults_of, outcome_of
from tests.play import SCENES


async def test_a_task_whose_workflows_are_all_terminated_at_every_scene_ends_the_same(
    any_house: House, undisturbed: Outcome
) -> None:
    """After each scene every workflow is ended and those of the open cases are started again."""
    house = any_house
    async with house.working():
        for scene in SCENES[:-1]:
            await house.play.run(scene)
            assert TASK_WORKFLOW in await house.terminate_all(), scene
            await _rebuild(house)
        await house.play.run(SCENES[-1])
        await house.task.result()
    assert undisturbed == outcome_of(house.database, TASK)
    assert [] == faults_of(house.database, TASK)


async def test_what_is_alive_is_kept_by_a_rebuild(house: House, undisturbed: Outcome) -> None:
    """A rebuild beside running workflows starts no second one, and changes nothing."""
    async with house.working():
        await house.play.run("launch", "prepare")
        before = await house.task.describe()
        await _rebuild(house)
        assert before.run_id == (await house.task.describe()).run_id
        await house.play.run(*SCENES[2:])
        await house.task.result()
    assert undisturbed == outcome_of(house.database, TASK)


async def test_a_closed_task_is_not_rebuilt(house: House) -> None:
    """Nothing of it is open."""
    async with house.working():
        await house.play.run()
        await house.task.result()
    with house.database.read() as session:
        assert [] == open_cases(session, datetime.now(UTC), TASK)


async def test_a_correction_broken_off_after_the_end_is_rebuilt_and_carried_through(house: House) -> None:
    """It belongs to no running task and is found all the same."""
    async with house.working():
        await house.play.run()
        await house.task.result()
        case = await ask_for_correction(house, SECOND)
        await house.terminate_all()
        await _rebuild(house)
        assert WorkflowExecutionStatus.RUNNING is await house.status(case)
        await house.cast.act(SECOND, Role.HEAD, SignCorrection(), target=case)
        await house.terminate_all()
        await _rebuild(house)
        await house.cast.until("the receipt", corrections_entered)
        await house.play.prove()
        await house.client.get_workflow_handle(case).result()
        await house.play.run("summarize")
    with house.database.read() as session:
        assert [] == open_cases(session, datetime.now(UTC), TASK)


async def _rebuild(house: House) -> None:
    now = datetime.now(UTC)
    with house.database.read() as session:
        cases = open_cases(session, now)
    await rebuild(house.client, house.database, cases, now, task_queue=house.task_queue)
