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
from workflows.paper_desk import SPREAD_SECONDS

MEMORY, IDLE = 400, 3.0
"""The goals: MB of the worker, per cent of a core while nothing happens."""
OVERDUE = timedelta(days=14)
SLOWEST, SPARE = 8.0, 20.0
"""Tasks a second that reach their wait at the least, and seconds to spare: until then nothing falls due."""
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


async def served(bench: Rig, count: int, moment: datetime) -> float:
    """Seconds from the moment at which all fall due until each task has had its rung."""
    while _fired(bench) < count:  # noqa: ASYNC110 - another process's doing
        await asyncio.sleep(1)
    return (datetime.now(UTC) - moment).total_seconds()


def fall_due(session: Session, moment: datetime) -> None:
    """What is overdue already is reminded of at one moment."""
    session.execute(update(Deadline).where(col(Deadline.current).is_(True)).values(next_rung=moment))


def _fired(bench: Rig) -> int:
    """How many tasks have had a rung."""
    with bench.database.read() as session:
        statement = select(func.count()).select_from(RungFire).where(col(RungFire.merged).is_(False))
        return session.exec(statement).one()


async def _count(client: Client, query: str) -> int:
    return (await client.count_workflows(query)).count


async def measure(count: int, quiet: float, cache: int) -> None:
    """Tasks launched a fortnight ago that nobody has prepared; their reminder comes when all wait."""
    async with rig(subjects=12, rows=count) as bench:
        play(bench, scenes.launched, ago=OVERDUE)
        tasks = ["test-2026/1/1", *copy_task(bench.database, "test-2026/1/1", range(2, count + 1))]
        moment = datetime.now(UTC) + timedelta(seconds=count / SLOWEST + quiet + SPARE)
        with bench.database.write() as session:
            fall_due(session, moment)
        worker = await bench.start_worker(JOINT_CACHED_WORKFLOWS=str(cache))
        bare = usage(worker)[1]
        seconds = await start(bench, tasks)
        print(f"{count:,} waiting tasks, cache {cache:,}: {count / seconds:.0f} tasks/s reach their wait")
        percent, memory = await idle(bench, quiet)
        print(
            f"  worker: {bare:.0f} MB bare, {memory:.0f} MB while all wait (goal {MEMORY});"
            f" idle CPU {percent:.1f} % of a core (goal {IDLE})"
        )
        if datetime.now(UTC) > moment:
            raise RuntimeError(
                "the moment came before all were waiting: a slower machine needs SLOWEST lower"
            )
        after = await served(bench, count, moment)
        print(
            f"  due at one moment: all served after {after:.0f} s, {SPREAD_SECONDS} s of them spread on purpose;"
            f" {usage(worker)[1]:.0f} MB then"
        )


def run(full: bool) -> None:
    """Ten thousand tasks, or three hundred."""
    asyncio.run(measure(*((10_000, 60.0) if full else (300, 10.0)), CACHED_WORKFLOWS))
