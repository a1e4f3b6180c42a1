"""Ten thousand tasks that wait: the worker's memory and CPU, and how long until all are served that fall due."""

import asyncio
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from sqlmodel import col, func, select, update
from temporalio.client import Client

from activities.rebuild import rebuild
from adapters.logging import configure
from adapters.settings import CACHED_WORKFLOWS
from benchmarks.costs import since, spent, words
from benchmarks.rig import Rig, play, rig, usage
from benchmarks.spread import Size, found_offices, settle, spread_task
from models.messages import Wake
from models.task import JointTask
from models.trail import Deadline, Outbox, RungFire, Wait
from tests.activities import scenes
from tests.activities.world import TASK
from workflows.paper_desk import SPREAD_SECONDS

MEMORY, IDLE = 400, 3.0
"""The goals: MB of the worker, per cent of a core while nothing happens."""
OVERDUE, FAR = timedelta(days=14), timedelta(days=1)
ROWS = 50
"""Tasks of an office: ten thousand tasks are a province's, and each office has desks of its own."""
FIRST = 200
"""So many tasks are started first: the others' pace is reckoned from theirs."""
SLOWER, SPARE = 2.0, 20.0
"""How much slower than the first the others may start, and seconds to spare: until then nothing falls due."""


def fill(bench: Rig, counties: int) -> list[str]:
    """Tasks launched a fortnight ago that nobody has prepared, in so many offices; their ids."""
    found_offices(bench.database, Size(counties, ROWS, subjects=12, officers=6, drawn=12))
    play(bench, scenes.launched, ago=OVERDUE)
    spread_task(bench.database, 1, ROWS)
    settle(bench.database)
    with bench.database.read() as session:
        return list(session.exec(select(JointTask.id).where(JointTask.id != TASK).order_by(JointTask.id)))


def remind_at(bench: Rig, moment: datetime) -> None:
    """Whatever is owed is reminded of at one moment."""
    with bench.database.write() as session:
        session.execute(update(Deadline).where(col(Deadline.current).is_(True)).values(next_rung=moment))


async def start(bench: Rig, tasks: Sequence[str], already: int) -> float:
    """Seconds until every task's workflow, beside those that do already, has read where it stands and waits."""
    ids = [f"joint-task/{task}" for task in tasks]
    began = time.monotonic()
    await rebuild(bench.client, bench.database, ids, datetime.now(UTC))
    query = "WorkflowType = 'JointTaskWorkflow' AND InspectionStage != ''"
    while await _count(bench.client, query) < already + len(ids):  # noqa: ASYNC110 - another process's doing
        await asyncio.sleep(1)
    return time.monotonic() - began


async def idle(bench: Rig, seconds: float) -> tuple[float, float]:
    """Per cent of a core, and MB at the end, of the worker while nothing happens."""
    worker = bench.processes[0]
    before, _ = usage(worker)
    await asyncio.sleep(seconds)
    after, memory = usage(worker)
    return 100 * (after - before) / seconds, memory


async def served(bench: Rig, count: int, moment: datetime) -> tuple[float, float]:
    """Seconds from the moment at which all fall due until each task has had its rung, and until all is told."""
    while _reminded(bench) < count:  # noqa: ASYNC110 - another process's doing
        await asyncio.sleep(1)
    reminded = datetime.now(UTC) - moment
    while _untold(bench):  # noqa: ASYNC110 - another process's doing
        await asyncio.sleep(1)
    return reminded.total_seconds(), (datetime.now(UTC) - moment).total_seconds()


def _reminded(bench: Rig) -> int:
    """How many tasks have had a rung."""
    with bench.database.read() as session:
        statement = (
            select(func.count(col(Wait.task).distinct()))
            .select_from(RungFire)
            .join(Deadline, col(Deadline.id) == col(RungFire.deadline))
            .join(Wait, col(Wait.id) == col(Deadline.wait))
            .where(col(RungFire.merged).is_(False), col(Wait.task) != TASK)
        )
        return session.exec(statement).one()


def _untold(bench: Rig) -> int:
    with bench.database.read() as session:
        return session.exec(
            select(func.count()).select_from(Outbox).where(col(Outbox.sent_at).is_(None))
        ).one()


async def _count(client: Client, query: str) -> int:
    return (await client.count_workflows(query)).count


async def _wait_all(bench: Rig, tasks: Sequence[str], quiet: float) -> datetime:
    """Start all; tells their pace and returns the moment at which they fall due, after all wait and a pause."""
    remind_at(bench, datetime.now(UTC) + FAR)
    first, others = tasks[:FIRST], tasks[FIRST:]
    pace = len(first) / await start(bench, first, 0)
    moment = datetime.now(UTC) + timedelta(seconds=SLOWER * len(others) / pace + quiet + SPARE)
    remind_at(bench, moment)
    wake = Wake(kind="clock moved")
    for task in first:
        await bench.client.get_workflow_handle(f"joint-task/{task}").signal("wake", wake)
    seconds, before = 0.0, spent()
    if others:
        seconds = await start(bench, others, len(first))
    costs = words(since(before), len(others) or 1)
    print(
        f"  reach their wait: the first {len(first)} at {pace:.0f} tasks/s, all others in {seconds:.0f} s; {costs}"
    )
    return moment


async def measure(count: int, quiet: float, cache: int) -> None:
    """The reminder of all comes at one moment, when all wait."""
    async with rig(subjects=12, rows=1) as bench:
        tasks = fill(bench, count // ROWS)
        worker = await bench.start_worker(JOINT_CACHED_WORKFLOWS=str(cache))
        bare = usage(worker)[1]
        print(f"{len(tasks):,} waiting tasks in {count // ROWS} offices, cache {cache:,}:")
        moment = await _wait_all(bench, tasks, quiet)
        percent, memory = await idle(bench, quiet)
        print(
            f"  worker: {bare:.0f} MB bare, {memory:.0f} MB while all wait (goal {MEMORY});"
            f" idle CPU {percent:.1f} % of a core (goal {IDLE})"
        )
        if datetime.now(UTC) > moment:
            raise RuntimeError(
                "the moment came before all were waiting: a slower machine needs SLOWER higher"
            )
        await asyncio.sleep((moment - datetime.now(UTC)).total_seconds())
        before = spent()
        reminded, told = await served(bench, len(tasks), moment)
        print(
            f"  due at one moment: all reminded after {reminded:.0f} s, {SPREAD_SECONDS} s of them spread on purpose,"
            f" all desks told after {told:.0f} s; {words(since(before), len(tasks))}; {usage(worker)[1]:.0f} MB then"
        )


def run(full: bool) -> None:
    """Ten thousand tasks, or three hundred."""
    configure(json=False, level=40)
    asyncio.run(measure(*((10_000, 60.0) if full else (300, 10.0)), CACHED_WORKFLOWS))
