"""Builds follow each other in the midst of tasks: none is lost, and what could not go on is named before."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace

import pytest
from temporalio.client import WorkflowExecution, WorkflowHistory
from temporalio.service import RPCError

from activities.doctor.engine_runs import Polling, polling
from activities.doctor.findings import Ailment
from adapters.build import Deployment
from adapters.deployment import current_build, set_current
from adapters.replay import all_histories, check_replay
from tests.engine.builds import CarelessTask, EarlierTask, LaterTask, build_with
from tests.engine.histories import text_of
from tests.engine.house import TASK, TASK_WORKFLOW, House
from tests.engine.mending import examined
from tests.engine.outcome import Outcome, faults_of, outcome_of
from tests.engine.processes import ROOT
from tests.histories.record import HOME
from tests.play import SCENES
from worker import WORKFLOWS, sandbox

BEFORE, AFTER = SCENES[:5], SCENES[5:]
"""The visits are done under one build, the results are entered under the next."""


def released(house: House, build: str, workflows: Sequence[type] = WORKFLOWS) -> House:
    """The same service under a build of its own, in the test's own deployment."""
    return replace(house, deployment=Deployment(house.task_queue, build), workflows=workflows)


async def play_under(house: House, scenes: Sequence[str]) -> None:
    """Deploy the house's build, make it the current one, and play."""
    assert house.deployment is not None
    async with house.working():
        await set_current(house.client, house.deployment)
        assert house.deployment.build == await current_build(house.client, house.deployment.name)
        await house.play.run(*scenes)
        if scenes[-1] == SCENES[-1]:
            await house.task.result()


async def runs(house: House, workflow: str = TASK_WORKFLOW) -> list[WorkflowExecution]:
    """A workflow's runs, the first first."""
    of_it = [one for one in await house.listed() if one.id == workflow]
    return sorted(of_it, key=lambda one: one.start_time)


async def test_a_task_begun_under_an_older_definition_is_finished_under_todays(
    house: House, undisturbed: Outcome
) -> None:
    """Today's build replays what the older one did, and at the next stage border begins a run of its own."""
    await play_under(released(house, "0.0.9", build_with(EarlierTask)), BEFORE)
    assert 1 == len(await runs(house))
    await play_under(released(house, "0.1.0"), AFTER)
    assert undisturbed == outcome_of(house.database, TASK)
    assert [] == faults_of(house.database, TASK)
    assert 2 == len(await runs(house))
    assert 2 == len(await runs(house, "exchange/test"))


async def test_a_task_begun_today_is_finished_under_a_definition_with_a_patched_step(
    house: House, undisturbed: Outcome
) -> None:
    """The same run goes on: the patch keeps the new step from what lies behind it."""
    await play_under(released(house, "0.1.0"), BEFORE)
    await play_under(released(house, "0.2.0", build_with(LaterTask)), AFTER)
    assert undisturbed == outcome_of(house.database, TASK)
    (only,) = await runs(house)
    history = await house.client.get_workflow_handle(only.id, run_id=only.run_id).fetch_history()
    assert "0.2.0" in text_of(history)


async def test_a_build_gets_no_task_before_it_is_made_the_current_one(house: House) -> None:
    """A deployment that nobody finishes changes nothing; one whose workers do not poll is refused."""
    old, new = released(house, "0.1.0"), released(house, "0.2.0")
    assert old.deployment
    assert new.deployment
    async with old.working():
        await set_current(house.client, old.deployment)
        with pytest.raises(RPCError):
            await set_current(house.client, new.deployment, patience=1)
        async with new.working():
            await house.play.run(*SCENES[:3])
    history = await house.task.fetch_history()
    builds = {
        event.workflow_task_completed_event_attributes.deployment_version.build_id
        for event in history.events
        if event.HasField("workflow_task_completed_event_attributes")
    }
    assert {"0.1.0"} == builds


async def polled(house: House, expected: Polling) -> None:
    """Wait until the engine knows who asks the queue, or raise: it learns of workers and builds by and by."""
    for _ in range(300):
        if await polling(house.client, house.task_queue) is expected:
            return
        await asyncio.sleep(0.1)
    raise TimeoutError(expected.name)


async def test_doctor_says_that_only_workers_of_builds_that_get_nothing_poll(house: House) -> None:
    """It looks like work and is none, until their build is made the current one."""
    new = released(house, "0.2.0")
    assert new.deployment
    async with new.working():
        await polled(house, Polling.BY_OTHERS)
        said = [one for one in (await examined(house)).findings if one.ailment is Ailment.NO_WORKER]
        assert ["docker compose run --rm release"] == [one.command for one in said]
        await set_current(house.client, new.deployment)
        await polled(house, Polling.BY_CURRENT)


async def test_a_release_ends_with_its_own_exit_code(house: House) -> None:
    """The engine's client has threads of its own: a process that waits for their end is aborted now and then."""
    deployment = Deployment(house.task_queue, "0.1.0")
    settings = {
        "TEMPORAL_ADDRESS": house.client.service_client.config.target_host,
        "JOINT_DEPLOYMENT": deployment.name,
        "JOINT_BUILD_ID": deployment.build,
    }
    async with replace(house, deployment=deployment).working():
        await set_current(house.client, deployment)
        released = [
            await asyncio.create_subprocess_exec(
                sys.executable, "worker.py", "set-current", cwd=ROOT, env=os.environ | settings
            )
            for _ in range(4)
        ]
        assert [0] * 4 == list(await asyncio.gather(*(one.wait() for one in released)))


async def noted(histories: AsyncIterator[WorkflowHistory], read: list[str]) -> AsyncIterator[WorkflowHistory]:
    """The same histories, whose they are noted as they go by."""
    async for one in histories:
        read.append(one.workflow_id)
        yield one


async def test_check_replay_names_the_open_tasks_that_a_definition_could_not_go_on_with(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    """Kept and open histories all replay today; under a careless change, the task is named."""
    async with house.working():
        await house.play.run(*BEFORE)
        query = f"TaskQueue = '{house.task_queue}' AND ExecutionStatus = 'Running'"
        said: list[str] = []
        read: list[str] = []
        histories = noted(all_histories(house.client, HOME, query), read)
        assert [] == await check_replay(WORKFLOWS, sandbox(), histories, said.append)
        careless = build_with(CarelessTask)
        failed = await check_replay(
            careless, sandbox(), all_histories(house.client, None, query), said.append
        )
        (failure,) = failed
        assert failure.startswith(f"{TASK_WORKFLOW} {(await house.task.describe()).run_id}: ")
        assert "TMPRL1100" in failure
        kept = len(list(HOME.glob("*.json")))
        assert TASK_WORKFLOW in read[kept:]
        assert f"{len(read)} histories replayed, 0 failed" == said[0]
        await house.play.run(*AFTER)
        await house.task.result()
