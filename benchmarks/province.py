"""The load of a province on a November morning: offices, registers and a year's tasks, and its busiest hour.

120 offices of 60 plan rows, 10⁶ subjects and 30,000 officers, or a twentieth of the offices. Each task is of three
departments and 20 subjects, a copy of one that was played (`benchmarks/spread.py`).
"""

import asyncio
import math
import os
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate, pairwise
from pathlib import Path

from sqlalchemy import text
from sqlmodel import col, select

from activities.doctor.examination import examine
from activities.doctor.findings import Ailment
from activities.papers.filing import Actor
from activities.rebuild import open_cases, rebuild
from adapters.database import Database
from benchmarks.costs import load, since, spent, words
from benchmarks.lifecycles import size as database_size
from benchmarks.rig import SCENES, Rig, ask, quantile, rig
from benchmarks.singly import Watched
from benchmarks.spread import Size, found_offices, settle, spread_task
from models.papers import ResultLine, SubmitResults
from models.task import JointTask, Visit
from models.trail import Outcome
from rules.results import Category
from rules.roles import Role
from rules.stages import Stage, TaskStatus, VisitStage
from tests.activities import scenes
from tests.activities.driver import Driver
from tests.activities.world import item_of
from tests.builders import OFFICE, person

DRAWN, DEPARTMENTS = 20, 3
PROVINCE = Size(counties=120, rows=60, subjects=8_334, officers=84, drawn=DRAWN)
LATE_SHARE, BUSY_SHARE, WORKING_DAYS = 1 / 3, 1 / 4, 44
"""A third of the year's papers in its last two months, and a quarter of a day's in the busiest hour."""
MINUTE, IDLE = 60.0, 15.0
LATE = timedelta(days=14)
"""So long ago were the tasks launched that nobody has prepared: they are overdue."""
SPREAD = (
    (scenes.launched, 4),
    (scenes.claimed, 4),
    (scenes.matched, 4),
    (scenes.visited, 14),
    (scenes.submitted, 4),
    (scenes.receipted, 4),
    (scenes.closed, 66),
)
"""What per cent of the year's tasks stand where: the scene they have come to."""
WAYS = (
    *SCENES,
    scenes.receipted,
    scenes.proved,
    scenes.summed,
    scenes.signed_for,
    scenes.outcome,
    scenes.disposed,
    scenes.closed,
)


@dataclass(frozen=True)
class Latencies:
    """Seconds of each paper to its row and to its answer."""

    rows: list[float]
    answers: list[float]


def per_minute() -> float:
    """Results that arrive in a minute of the province's busiest hour; prints how that is reckoned."""
    tasks = PROVINCE.counties * PROVINCE.rows
    year = tasks * DRAWN * DEPARTMENTS
    day = year * LATE_SHARE / WORKING_DAYS
    hour = day * BUSY_SHARE
    print(
        f"  busiest hour: {tasks:,} tasks × {DRAWN} subjects × {DEPARTMENTS} departments = {year:,} results a year;"
        f" a third in the last {WORKING_DAYS} working days = {day:,.0f} a day, a quarter of it in an hour"
        f" = {hour:,.0f}, {hour / 60:.0f} a minute"
    )
    return hour / 60


def shares(rows: int) -> list[tuple[int, int]]:
    """The first and last row of each part of SPREAD, the first part from row 1."""
    ends = [math.ceil(rows * total / 100) for total in accumulate((share for _, share in SPREAD), initial=0)]
    return [(first + 1, last) for first, last in pairwise(ends)]


def fill(database: Database, exchange: Path, size: Size) -> None:
    """The offices, and their tasks copied from one that is played to its end, scene by scene."""
    found_offices(database, size)
    parts = dict(zip((scene for scene, _ in SPREAD), shares(size.rows), strict=True))
    driver = Driver(database, exchange, now=datetime.now(UTC) - LATE)
    for scene in WAYS:
        scene(driver)
        if scene in parts:
            spread_task(database, *parts[scene])
        driver.now = datetime.now(UTC)
    settle(database)


def census(bench: Rig) -> None:
    """What the database holds, and how large it is."""
    tables = ("office", "subject", "officer", "joint_task", "visit", "assignment", "result", "submission")
    with bench.database.read() as session:
        counts = {name: session.execute(text(f"SELECT count(*) FROM {name}")).scalar_one() for name in tables}
    print("  " + ", ".join(f"{count:,} {name}" for name, count in counts.items()))
    total = database_size(bench)
    print(f"  database: {total / 2**20:,.0f} MiB without the audit trail, which is not copied")


async def start_all(bench: Rig) -> None:
    """Start whatever should run, and wait until every task has read where it stands."""
    with bench.database.read() as session:
        ids = open_cases(session, datetime.now(UTC))
        waiting = len(
            session.exec(select(JointTask.id).where(col(JointTask.status) == TaskStatus.OPEN)).all()
        )
    began, before = time.perf_counter(), spent()
    await rebuild(bench.client, bench.database, ids, datetime.now(UTC))
    while (await bench.client.count_workflows("InspectionStage != ''")).count < waiting:  # noqa: ASYNC110 - another process's doing
        await asyncio.sleep(1)
    seconds = time.perf_counter() - began
    print(
        f"  {len(ids):,} workflows, {waiting:,} of them tasks, wait after {seconds:.0f} s: {len(ids) / seconds:.0f} a second;"
        f" {words(since(before), len(ids))}"
    )


async def examined(bench: Rig) -> None:
    """The doctor's time."""
    began = time.perf_counter()
    report = await examine(bench.database, bench.client, datetime.now(UTC))
    seconds = time.perf_counter() - began
    found = {name: count for name, count in report.counts.items() if name != Ailment.CALENDAR}
    print(f"  doctor: examined in {seconds:.1f} s, findings {found or 'none'}")


def asked(bench: Rig, *words_: str) -> None:
    """The time of a command."""
    seconds, lines = ask(bench, *words_)
    print(f"  {' '.join(words_)}: {seconds:.1f} s, {lines:,} lines")


async def idle(bench: Rig) -> None:
    """What each party takes while nobody does anything."""
    before = spent()
    await asyncio.sleep(IDLE)
    print(f"  nothing arrives: {load(since(before), IDLE)}, {len(bench.processes)} processes beside")


async def arriving(bench: Rig, visits: Sequence[Visit], chance: random.Random) -> None:
    """Results of these visits come at random moments of a minute, each a paper of its own."""
    moments = [chance.uniform(0, MINUTE) for _ in visits]
    before, met = spent(), Latencies([], [])

    async def enter(visit: Visit, moment: float) -> None:
        await asyncio.sleep(moment)
        start, filing = time.perf_counter(), Watched(bench.database, bench.client)
        office, _, code = visit.department.partition("/")
        by = Actor(f"{office}-{person(f'{OFFICE}/{code}', Role.OFFICER)}", Role.OFFICER, visit.department)
        line = ResultLine(visit=visit.id, item=item_of(visit.department), categories=(Category.NO_PROBLEM,))
        answer = await filing.send(f"joint-task/{visit.task}", SubmitResults(lines=(line,)), by)
        if answer.outcome is not Outcome.ACCEPTED:
            raise RuntimeError(f"{answer.type}: {answer.words}")
        met.rows.append(filing.filed - start)
        met.answers.append(time.perf_counter() - start)

    began = time.perf_counter()
    await asyncio.gather(*(enter(*one) for one in zip(visits, moments, strict=True)))
    await asyncio.sleep(max(0.0, MINUTE - (time.perf_counter() - began)))
    seconds, costs = time.perf_counter() - began, since(before)
    print(f"  {len(met.rows)} results in {seconds:.0f} s, load average {os.getloadavg()[0]:.1f}:")
    for name, some in (("durable row", met.rows), ("answer", met.answers)):
        print(f"    {name}: p50 {quantile(some, 0.5):.0f} ms, p99 {quantile(some, 0.99):.0f} ms")
    print(f"    {load(costs, seconds)}")


async def measure(size: Size) -> None:
    """Fill, start, look, and let results arrive, once as reckoned and once tenfold."""
    tasks = size.counties * size.rows
    print(
        f"{size.counties} offices, {tasks:,} tasks, {size.counties * size.subjects:,} subjects,"
        f" {size.counties * size.officers * DEPARTMENTS:,} officers, {os.cpu_count()} cores,"
        f" load average {os.getloadavg()[0]:.1f}:"
    )
    rate = per_minute()
    async with rig(subjects=DRAWN, rows=1) as bench:
        began = time.perf_counter()
        await asyncio.to_thread(fill, bench.database, bench.folder / "exchange", size)
        print(f"  filled in {time.perf_counter() - began:.0f} s")
        census(bench)
        await bench.start_worker()
        await start_all(bench)
        await examined(bench)
        asked(bench, "--help")
        asked(bench, "task", "list", "--overdue")
        asked(bench, "summary", "report-office", "c001-2026")
        await idle(bench)
        with bench.database.read() as session:
            statement = (
                select(Visit)
                .join(JointTask, col(JointTask.id) == col(Visit.task))
                .where(col(Visit.stage) == VisitStage.VISITED, col(JointTask.stage) == Stage.ENTER)
                .order_by(col(Visit.id))
            )
            visits = list(session.exec(statement).all())
        chance = random.Random(2026)
        chance.shuffle(visits)
        count, more = round(rate), round(10 * rate)
        await arriving(bench, visits[:count], chance)
        await arriving(bench, visits[count : count + more], chance)


def run(full: bool) -> None:
    """The province, or six offices of ten rows with the province's papers."""
    small = Size(counties=6, rows=10, subjects=1_667, officers=84, drawn=DRAWN)
    asyncio.run(measure(PROVINCE if full else small))
