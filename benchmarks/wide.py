"""One task of very many subjects: what a visit costs at several sizes, its histories, the worker's memory.

Every subject of the register is drawn and visited by three departments; each result is entered, approved and published.
"""

import asyncio
import os
import time
from collections.abc import Callable
from typing import TypeVar

from sqlmodel import Session, func, select
from temporalio.client import Client

from benchmarks.costs import Party, since, spent, words
from benchmarks.lifecycles import size as database_size
from benchmarks.rig import Rig, ask, peak, rig
from cli.demo.cast import Cast
from models.task import Visit
from rules.roles import Role
from tests.builders import LEAD, OFFICE_DESK, person
from tests.engine.house import TASK, TASK_WORKFLOW
from tests.play import SCENES, Play

T = TypeVar("T")
DEPARTMENTS = 3
EVENTS = 10_240
"""The goal: no history has more."""
LINEAR = 1.25
"""The goal: so many times the cost of a visit of the smallest task, at the most."""
VISITS_OF_ONE = 200
"""Visits of an officer, two at each: a hundred subjects for each officer of a department."""
WAITS = 30
OURS = (Party.WORKERS, Party.POSTGRESQL, Party.ENGINE)
ENTERS = "enter"


class Patient(Cast):
    """Waits for as long as thirty thousand subjects take."""

    async def until(self, what: str, look: Callable[[Session], T | None]) -> T:
        """Wait, and wait again."""
        for _ in range(WAITS):
            try:
                return await super().until(what, look)
            except TimeoutError:
                print(f"    still waiting for {what}", flush=True)
        raise TimeoutError(what)


async def played(bench: Rig, play: Play) -> dict[str, float]:
    """Play scene by scene; the seconds that each took. Commands are asked where there is most to list."""
    seconds: dict[str, float] = {}
    for scene in SCENES:
        if scene == ENTERS:
            officer, file = person(LEAD, Role.OFFICER), str(bench.folder / "sheet.xlsx")
            said(bench, "task", "visits", TASK, "--as", officer)
            said(bench, "result", "sheet", TASK, file, "--as", officer)
        began = time.perf_counter()
        await play.run(scene)
        seconds[scene] = time.perf_counter() - began
    await bench.client.get_workflow_handle(TASK_WORKFLOW).result()
    return seconds


def said(bench: Rig, *command: str) -> None:
    """Print what a command takes."""
    seconds, lines = ask(bench, *command)
    print(f"    {' '.join(command[:2])}: {seconds:.1f} s, {lines:,} lines", flush=True)


async def lengths(client: Client) -> dict[str, list[int]]:
    """Events of each run, by the type of workflow."""
    found: dict[str, list[int]] = {}
    async for one in client.list_workflows(""):
        # Only of closed runs does the list tell the length.
        about = await client.get_workflow_handle(one.id, run_id=one.run_id).describe()
        found.setdefault(one.workflow_type, []).append(about.history_length)
    return found


async def measure(subjects: int) -> float:
    """Play one task; returns the CPU milliseconds of a visit: of worker, PostgreSQL and engine."""
    officers = max(6, 2 * subjects // VISITS_OF_ONE)
    async with rig(subjects=subjects, rows=1, officers=officers) as bench:
        worker = await bench.start_worker()
        await bench.start_platform()
        print(f"  {subjects:,} subjects, {DEPARTMENTS} departments of {officers} officers:", flush=True)
        before, empty = spent(), database_size(bench)
        scenes = await played(bench, Play(Patient(bench.database, bench.client, TASK)))
        seconds, costs = sum(scenes.values()), since(before)
        with bench.database.read() as session:
            visits = session.exec(select(func.count()).select_from(Visit)).one()
        if visits != DEPARTMENTS * subjects:
            raise RuntimeError(f"{visits} visits of {subjects} subjects")
        print(
            f"    {visits:,} visits in {seconds:.0f} s: {1000 * seconds / visits:.1f} ms each; {words(costs, visits)}"
        )
        print("    " + ", ".join(f"{name} {taken:.0f} s" for name, taken in scenes.items()))
        for kind, events in sorted((await lengths(bench.client)).items()):
            print(f"    {kind}: {len(events)} runs, {max(events):,} events at the most (goal {EVENTS:,})")
        grown = (database_size(bench) - empty) / visits / 1024
        print(f"    worker: {peak(worker):.0f} MB at its peak; database: {grown:.1f} KiB a visit")
        commands(bench)
    return 1000 * sum(costs[party] for party in OURS) / visits


def commands(bench: Rig) -> None:
    """What people and operators ask of the task at its end."""
    clerk, folder = person(OFFICE_DESK, Role.OFFICE), bench.folder
    said(bench, "task", "show", TASK)
    said(bench, "summary", "export", TASK, str(folder / "summary.xlsx"))
    said(bench, "draw", "export", TASK, "--to", str(folder / "draw"))
    said(bench, "task", "archive", TASK, "--to", str(folder / "record.zip"), "--as", clerk)


def run(full: bool) -> None:
    """3,000 and 30,000 subjects, or 150 and 900."""
    sizes = (3_000, 30_000) if full else (150, 900)
    print(
        f"{os.cpu_count()} cores for worker, PostgreSQL, engine and client, load average {os.getloadavg()[0]:.1f}:"
    )
    costs = [asyncio.run(measure(size)) for size in sizes]
    print(
        f"  CPU of a visit: {costs[-1] / costs[0]:.2f} × at {sizes[-1] / sizes[0]:.0f} × the size (goal {LINEAR})"
    )
