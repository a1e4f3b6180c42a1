"""A task goes on over many runs, and nobody who sends messages notices (continue as new)."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from temporalio.client import WorkflowExecutionStatus
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import WorkflowEnvironment

from adapters.database import Database
from adapters.engine import find_server
from models.papers import AcceptClaim
from models.trail import Outcome as Verdict
from rules.roles import Role
from tests.builders import SECOND
from tests.engine.conftest import own_queue
from tests.engine.house import TASK, TASK_WORKFLOW, House, fill
from tests.engine.outcome import Outcome, faults_of, outcome_of
from tests.engine.test_messages import papers_of, sent_again
from tests.play import SCENES
from workflows import attributes

SHORT_HISTORY = 40
"""Events after which this server suggests to continue as new: some hundred times sooner than in earnest."""


@pytest.fixture
async def hasty(sqlite: Database, tmp_path: Path) -> AsyncIterator[House]:
    """The small office on a server that wants short histories."""
    environment = await WorkflowEnvironment.start_local(
        data_converter=pydantic_data_converter,
        dev_server_existing_path=find_server(),
        dev_server_log_level="error",
        search_attributes=attributes.ALL,
        dev_server_extra_args=[
            "--dynamic-config-value",
            f"limit.historyCount.suggestContinueAsNew={SHORT_HISTORY}",
        ],
    )
    fill(sqlite)
    yield House(sqlite, environment.client, tmp_path / "exchange", own_queue())
    await environment.shutdown()


async def test_a_task_over_many_runs_ends_the_same_and_repeats_get_their_first_answer(
    hasty: House, undisturbed: Outcome
) -> None:
    """Each scene's messages are sent again in a later run; the exchange, too, continues as new."""
    async with hasty.working():
        for scene in SCENES[:-1]:
            await hasty.play.run(scene)
            for paper in hasty.cast.read(lambda session: papers_of(session, TASK_WORKFLOW)):
                first = hasty.cast.filing.answer_of(paper.id)
                again = await sent_again(hasty, paper)
                assert first is not None
                assert (first.outcome.value, first.type) == (again.outcome, again.type), scene
        await hasty.play.run(SCENES[-1])
        await hasty.task.result()
    assert undisturbed == outcome_of(hasty.database, TASK)
    assert [] == faults_of(hasty.database, TASK)
    runs = await _runs(hasty)
    assert runs[TASK_WORKFLOW] > 5
    assert runs["exchange/test"] > 1


async def test_messages_that_arrive_as_a_run_ends_are_all_answered_once(hasty: House) -> None:
    """Waves of eight at a time, over run after run: none is lost, none is ruled on twice."""
    async with hasty.working():
        await hasty.play.run("launch", "prepare", "claim")
        for wave in range(12):
            said = [
                hasty.cast.say(SECOND, Role.HANDLER, AcceptClaim(), name=f"{wave}.{number}")
                for number in range(8)
            ]
            answers = await asyncio.gather(*said)
            assert {Verdict.REFUSED} == {answer.outcome for answer in answers}
        runs = await _runs(hasty)
        await hasty.play.run(*SCENES[3:])
        await hasty.task.result()
    assert runs[TASK_WORKFLOW] > 5
    effects = outcome_of(hasty.database, TASK).effects
    assert 12 * 8 == effects[f"audit refused:{AcceptClaim.kind}"]
    assert [] == faults_of(hasty.database, TASK)


async def _runs(house: House) -> Counter[str]:
    """How many runs each workflow had that continued as new."""
    continued = WorkflowExecutionStatus.CONTINUED_AS_NEW
    found = house.client.list_workflows(f"TaskQueue = '{house.task_queue}'")
    return Counter([one.id async for one in found if one.status is continued])
