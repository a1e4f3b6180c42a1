"""Ten thousand tasks that wait: the worker's memory and CPU, and how long until all are served that fall due."""

import asyncio
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from sqlmodel import Session, col, func, select, update
from temporalio.client import Client

from activities.rebuild import rebuild
from adapters.settings import CACHED_WORKFLOWS
from benchmarks.copies import copy_task
from benchmarks.rig import Rig, play, rig, usage
from models.trail import Deadline, RungFire
from tests.activities import scenes

MEMORY, IDLE = 400, 3.0
"""The goals: MB of the worker, per cent of a core while nothing happens."""
QUIET = 60.0
"""Seconds over which idle CPU is measured."""
AT_ONCE = 16


async def start(bench: Rig, tasks: Sequence[str]) -> float:
    """Seconds until every task's workflow has read where it stands and waits."""
    ids = [f"joint-task/{task}" for task in tasks]
    began = time.monotonic()
    share = -(-len(ids) // AT_ONCE)
    now = datetime.now(UTC)
    await asyncio.gather(
        *(
            rebuild(bench.client, bench.database, ids[place : place + share], now)
            for place in range(0, len(ids), share)
        )
    )
    while await _count(bench.client, "InspectionStage != ''") < len(ids):  # noqa: ASYNC110 - another process's doing
        await asyncio.sleep(1)
    return time.monotonic() - began


async def idle(bench: Rig, seconds: float) -> tuple[float, float]:
    """Per cent of a core, and MB at the end, of the worker while nothing happens."""
    worker = bench.processes[0]
    before, _ = usage(worker)
    await asyncio.sleep(seconds)
    after, memory = usage(worker)
    return 100 * (after - before) / seconds, memory


async def serve(bench: Rig, count: int) -> float:
    """Seconds from the moment at which all fall due until each has had its rung."""
    due = datetime.now(UTC) + timedelta(seconds=5)
    while datetime.now(UTC) < due:  # noqa: ASYNC110 - until a moment of the clock
        await asyncio.sleep(0.1)
    began = time.monotonic()
    while bench_fired(bench) < count:  # noqa: ASYNC110 - another process's doing
        await asyncio.sleep(1)
    return time.monotonic() - began


def bench_fired(bench: Rig) -> int:
    """How many rungs have fired."""
    with bench.database.read() as session:
        return session.exec(select(func.count()).select_from(RungFire)).one()


def set_due(session: Session, moment: datetime) -> None:
    """Every clock's next rung comes at one moment."""
    session.execute(update(Deadline).where(col(Deadline.current).is_(True)).values(next_rung=moment))


async def _count(client: Client, query: str) -> int:
    return (await client.count_workflows(query)).count


async def measure(count: int, quiet: float, cache: int) -> None:
    """All three."""
    async with rig(subjects=12, rows=count) as bench:
        play(bench, scenes.launched)
        tasks = ["test-2026/1/1", *copy_task(bench.database, "test-2026/1/1", range(2, count + 1))]
        worker = await bench.start_worker(JOINT_CACHED_WORKFLOWS=str(cache))
        bare = usage(worker)[1]
        seconds = await start(bench, tasks)
        full = usage(worker)[1]
        print(f"{count:,} waiting tasks, cache {cache:,}: {count / seconds:.0f} tasks/s reach their wait")
        percent, memory = await idle(bench, quiet)
        print(
            f"  worker: {bare:.0f} MB bare, {full:.0f} MB when all wait, {memory:.0f} MB idle (goal {MEMORY});"
            f" idle CPU {percent:.1f} % of a core (goal {IDLE})"
        )


def run(full: bool) -> None:
    """Ten thousand tasks, or five hundred."""
    asyncio.run(measure(*((10_000, QUIET) if full else (500, 10.0)), CACHED_WORKFLOWS))
