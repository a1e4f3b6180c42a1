"""What takes minutes: a large task, the demo twice, and blows at many moments."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from temporalio.client import WorkflowHistory
from temporalio.testing import WorkflowEnvironment

from adapters.database import Database
from cli.demo.cast import Cast
from cli.demo.play import SEED
from cli.demo.play import TASK as DEMO_TASK
from cli.demo.setting import set_up
from cli.demo.show import Show
from tests.conftest import MakeUrl
from tests.engine.conftest import own_queue
from tests.engine.histories import histories_of
from tests.engine.house import TASK, TASK_WORKFLOW, House, fill
from tests.engine.outcome import Outcome, faults_of, outcome_of
from tests.engine.processes import Processes
from tests.play import SCENES, Play

pytestmark = pytest.mark.slow
SUGGESTED_EVENTS = 4096
"""From which the engine suggests to continue as new."""


async def test_two_thousand_subjects_and_three_departments_run_through(
    embedded: WorkflowEnvironment, database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Six thousand visits, every one to its publication; the histories stay small."""
    fill(database, subjects=2000, percent="100")
    house = House(database, embedded.client, tmp_path / "exchange", own_queue())
    async with house.working():
        await house.play.run()
        await house.task.result()
        sizes = {history.workflow_id: _size(history) async for history in histories_of(house)}
    outcome = outcome_of(database, TASK)
    assert ("closed", 2000, 6000) == (outcome.status, len(outcome.drawn), len(outcome.assignments))
    assert 6000 == outcome.effects["results"] == outcome.effects["decision approved"]
    assert [] == faults_of(database, TASK)
    with capsys.disabled():
        for workflow, (events, size) in sorted(sizes.items(), key=lambda one: -one[1][0])[:6]:
            print(f"\n{workflow}: {events} events, {size // 1024} KiB", end="")  # noqa: T201 - what was measured
    assert sizes[TASK_WORKFLOW][0] < SUGGESTED_EVENTS
    await house.terminate_all()


async def test_the_demo_played_twice_draws_matches_and_reports_the_same(
    embedded: WorkflowEnvironment, database_url: MakeUrl, tmp_path: Path
) -> None:
    """Whatever the kind of database: what is hashed holds business keys, never moments or generated ids."""
    found: list[Outcome] = []
    for backend in ("sqlite", "sqlite", "postgresql"):
        database = Database(database_url(backend))
        set_up(database, SEED, datetime.now(UTC))
        house = House(database, embedded.client, tmp_path / f"exchange-{len(found)}", own_queue())
        async with house.working():
            await Show(database, embedded.client, lambda _: None, task_queue=house.task_queue).run()
        found.append(outcome_of(database, DEMO_TASK))
        assert [] == faults_of(database, DEMO_TASK)
        await house.terminate_all()
        database.close()
    first, second, other = found
    assert len(first.drawn) > 10
    assert first == second
    assert first == other


@pytest.fixture
def processes(database: Database, tmp_path: Path) -> Iterator[Processes]:
    """Engine, worker and platform on the small office."""
    fill(database)
    made = Processes(tmp_path, database.url)
    made.start_engine()
    made.start_worker()
    made.start_platform()
    made.await_worker()
    yield made
    made.kill_all()


@pytest.mark.parametrize("moment", [0.07, 0.4])
async def test_worker_and_engine_killed_together_at_other_moments_end_the_same(
    processes: Processes, database: Database, undisturbed: Outcome, moment: float
) -> None:
    """Both at once, in every scene, on both databases."""
    client = await processes.connect()
    play = Play(Cast(database, client, TASK))
    for scene in SCENES:
        playing = asyncio.create_task(play.run(scene))
        await asyncio.sleep(moment)
        for name in ("worker", "engine"):
            await asyncio.to_thread(processes.kill, name)
        processes.start_engine()
        processes.start_worker()
        await playing
    await client.get_workflow_handle(TASK_WORKFLOW).result()
    assert undisturbed == outcome_of(database, TASK)
    assert [] == faults_of(database, TASK)


def _size(history: WorkflowHistory) -> tuple[int, int]:
    """Events and bytes of a history."""
    return len(history.events), sum(event.ByteSize() for event in history.events)
