"""Nothing is lost and nothing happens twice when worker or engine are killed in the midst of a scene."""

import asyncio
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from activities.rebuild import open_cases, rebuild
from adapters.database import Database
from cli.demo.cast import Cast
from tests.engine.house import TASK, TASK_WORKFLOW, fill
from tests.engine.outcome import Outcome, faults_of, outcome_of
from tests.engine.processes import Processes
from tests.play import SCENES, Play

MOMENTS = {scene: 0.02 + 0.03 * place for place, scene in enumerate(SCENES)}
"""Seconds into each scene at which the blow falls: some find work in hand, some a wait."""


@pytest.fixture
def processes(sqlite: Database, tmp_path: Path) -> Iterator[Processes]:
    """Engine, worker and platform on the small office."""
    fill(sqlite)
    made = Processes(tmp_path, sqlite.url)
    made.start_engine()
    made.start_worker()
    made.start_platform()
    made.await_worker()
    yield made
    made.kill_all()


async def test_a_worker_killed_in_every_scene_ends_the_same(
    processes: Processes, sqlite: Database, undisturbed: Outcome
) -> None:
    """The next worker takes up what the killed one had in hand; every effect takes place once."""

    def blow() -> None:
        processes.kill("worker")
        processes.start_worker()

    await _play_with_blows(processes, sqlite, blow)
    _same(undisturbed, outcome_of(sqlite, TASK))
    assert [] == faults_of(sqlite, TASK)


async def test_an_engine_killed_in_every_scene_ends_the_same(
    processes: Processes, sqlite: Database, undisturbed: Outcome
) -> None:
    """The engine goes on from its file; the worker finds it again."""

    def blow() -> None:
        processes.kill("engine")
        processes.start_engine()

    await _play_with_blows(processes, sqlite, blow)
    _same(undisturbed, outcome_of(sqlite, TASK))
    assert [] == faults_of(sqlite, TASK)


async def test_a_task_outlives_the_loss_of_all_that_the_engine_kept(
    processes: Processes, sqlite: Database, undisturbed: Outcome
) -> None:
    """A new, empty engine; what is open is started afresh from the database at its present stage."""
    client = await processes.connect()
    play = Play(Cast(sqlite, client, TASK))
    for scene in SCENES[:6]:
        await play.run(scene)
    processes.kill("worker")
    processes.kill("engine")
    shutil.rmtree(processes.state.parent)
    processes.start_engine()
    processes.start_worker()
    fresh = await processes.connect()
    now = datetime.now(UTC)
    with sqlite.read() as session:
        cases = open_cases(session, now)
    assert TASK_WORKFLOW in cases
    await rebuild(fresh, sqlite, cases, now)
    play = Play(Cast(sqlite, fresh, TASK))
    for scene in SCENES[6:]:
        await play.run(scene)
    await fresh.get_workflow_handle(TASK_WORKFLOW).result()
    _same(undisturbed, outcome_of(sqlite, TASK))
    assert [] == faults_of(sqlite, TASK)


async def _play_with_blows(processes: Processes, database: Database, blow: Callable[[], None]) -> None:
    client = await processes.connect()
    play = Play(Cast(database, client, TASK))
    for scene in SCENES:
        playing = asyncio.create_task(play.run(scene))
        await asyncio.sleep(MOMENTS[scene])
        await asyncio.to_thread(blow)
        await playing
    await client.get_workflow_handle(TASK_WORKFLOW).result()


def _same(expected: Outcome, actual: Outcome) -> None:
    """The same in all; what took place more or less often is named, for the whole is too long to read."""
    assert {} == dict(expected.effects - actual.effects), "lost"
    assert {} == dict(actual.effects - expected.effects), "doubled"
    assert expected == actual
