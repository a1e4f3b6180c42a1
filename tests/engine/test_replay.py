"""Today's workflows read yesterday's histories: a deployment in mid-task breaks no task."""

import asyncio
from pathlib import Path

import pytest
from temporalio.client import WorkflowHistory
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Replayer

from tests.engine.histories import histories_of
from tests.engine.house import House
from tests.histories.record import HOME
from tests.play import SCENES
from worker import WORKFLOWS, strict_runner

FILES = sorted(HOME.glob("*.json"))


def replayer() -> Replayer:
    """The workflows as the worker runs them, watched for what is not deterministic."""
    return Replayer(
        workflows=WORKFLOWS,
        data_converter=pydantic_data_converter,
        workflow_runner=strict_runner(),
    )


def test_a_history_is_kept_for_every_border_of_a_stage() -> None:
    """One of the task after each scene, and one of every other workflow."""
    names = {file.stem for file in FILES}
    assert {f"{place}-{scene}-joint-task" for place, scene in enumerate(SCENES, start=1)} <= names
    assert {"department", "disposal", "exchange", "correction"} <= {name.split("-", 2)[2] for name in names}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
async def test_a_history_kept_from_an_older_build_replays(file: Path) -> None:
    """The same commands in the same order, else a task in that stage would stop at the next deployment."""
    text = await asyncio.to_thread(file.read_text, "utf-8")
    workflow = text.split('"workflowId":"', 1)[1].split('"', 1)[0]
    await replayer().replay_workflow(WorkflowHistory.from_json(workflow, text))


async def test_the_histories_that_a_play_leaves_replay(house: House) -> None:
    """At every scene, of every workflow: what was just done can be read again."""
    count = 0
    async with house.working():
        for scene in SCENES:
            await house.play.run(scene)
            async for history in histories_of(house):
                await replayer().replay_workflow(history)
                count += 1
        await house.task.result()
    assert count > 20
