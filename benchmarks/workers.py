"""Two workers against one: whole lifecycles a second, and the CPU that each party spends on one."""

import asyncio
import os

from benchmarks.costs import since, spent, words
from benchmarks.lifecycles import AT_ONCE, SUBJECTS, play_all
from benchmarks.rig import Rig, rig, timed


async def paced(bench: Rig, seqs: range) -> float:
    """Play rows; tells and returns the lifecycles a second."""
    before = spent()
    seconds, _ = await timed(play_all(bench, seqs, 1))
    workers = sum("worker.py" in str(process.args) for process in bench.processes)
    costs = since(before)
    pace = len(seqs) / seconds
    print(
        f"  {workers} worker{'s' if workers > 1 else ''}: {pace:.2f} lifecycles/s;"
        f" {words(costs, len(seqs))}; {sum(costs.values()) / seconds:.2f} cores busy with it"
    )
    return pace


async def measure(count: int) -> None:
    """The same number of tasks with one worker, then with two, on one database and one engine."""
    async with rig(subjects=SUBJECTS, rows=2 * count + 1) as bench:
        await bench.start_worker()
        await bench.start_platform()
        await play_all(bench, range(1, 2), 1)
        print(
            f"{count} lifecycles of 3 departments and {SUBJECTS} subjects, {min(count, AT_ONCE)} at once,"
            f" {os.cpu_count()} cores for workers, PostgreSQL, engine and client together,"
            f" load average {os.getloadavg()[0]:.1f}:"
        )
        one = await paced(bench, range(2, count + 2))
        await bench.start_worker()
        two = await paced(bench, range(count + 2, 2 * count + 2))
        print(f"  two workers make {two / one:.2f} × the lifecycles of one")


def run(full: bool) -> None:
    """Sixty-four each, or six."""
    asyncio.run(measure(64 if full else 6))
