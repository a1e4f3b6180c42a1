"""Two workers against one: whole lifecycles a second, and the CPU that each party spends on one."""

import asyncio
import os
from dataclasses import dataclass

from benchmarks.costs import busy, load, since, spent, words
from benchmarks.lifecycles import AT_ONCE, SUBJECTS, Way, play_all
from benchmarks.rig import Rig, rig, timed, usage

FULL = 0.9
"""Of a core, or of all of them: who takes more has no more to take."""


@dataclass(frozen=True)
class Pace:
    """Lifecycles a second, cores that were busy with whatever runs on the machine, and the busiest worker's share."""

    lifecycles: float
    cores: float
    worker: float

    @property
    def limit(self) -> str:
        """What kept it from being faster."""
        cores = os.cpu_count() or 1
        if self.cores > FULL * cores:
            return f"the cores: {self.cores:.2f} of {cores} were busy"
        if self.worker > FULL:
            return f"a worker's one core: it was busy for {100 * self.worker:.0f} %"
        return (
            f"neither the cores ({self.cores:.2f} of {cores} busy) nor a worker: too little was asked at once"
        )


async def paced(bench: Rig, seqs: range) -> Pace:
    """Play rows; tells what each process spent."""
    workers = [process for process in bench.processes if "worker.py" in str(process.args)]
    before, every, own = spent(), busy(), [usage(one)[0] for one in workers]
    seconds, _ = await timed(play_all(bench, seqs, Way(1)))
    costs, shares = (
        since(before),
        [(usage(one)[0] - past) / seconds for one, past in zip(workers, own, strict=True)],
    )
    pace = Pace(len(seqs) / seconds, (busy() - every) / seconds, max(shares))
    print(
        f"  {len(workers)} worker{'s' if len(workers) > 1 else ''}: {pace.lifecycles:.2f} lifecycles/s;"
        f" {words(costs, len(seqs))}"
    )
    print(
        f"    {load(costs, seconds)}; each worker {', '.join(f'{100 * one:.0f}' for one in shares)} %;"
        f" {sum(costs.values()) / seconds:.2f} cores busy with it, {pace.cores:.2f} with everything on the machine;"
        f" limited by {pace.limit}"
    )
    return pace


async def measure(count: int) -> None:
    """The same number of tasks with one worker, then with two, on one database and one engine."""
    async with rig(subjects=SUBJECTS, rows=2 * count + 1) as bench:
        await bench.start_worker()
        await bench.start_platform()
        await play_all(bench, range(1, 2), Way(1))
        print(
            f"{count} lifecycles of 3 departments and {SUBJECTS} subjects, {min(count, AT_ONCE)} at once,"
            f" {os.cpu_count()} cores for workers, PostgreSQL, engine and client together,"
            f" load average {os.getloadavg()[0]:.1f}:"
        )
        one = await paced(bench, range(2, count + 2))
        await bench.start_worker()
        two = await paced(bench, range(count + 2, 2 * count + 2))
        print(
            f"  two workers make {two.lifecycles / one.lifecycles:.2f} × the lifecycles of one;"
            f" what limited the two is {two.limit}"
        )


def run(full: bool) -> None:
    """Sixty-four each, or six."""
    asyncio.run(measure(64 if full else 6))
