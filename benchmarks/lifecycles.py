"""Whole lifecycles: from the launch to the last summary's receipt, every result a message of its own."""

import asyncio
import time
from collections.abc import Sequence

from sqlalchemy import text
from sqlmodel import func, select

from benchmarks.rig import Rig, rig, timed, usage
from cli.demo.cast import Cast
from models.papers import ApproveResults, RequestDraw, StartTask, SubmitResults
from models.task import Visit
from models.trail import Submission
from rules.roles import Role
from rules.stages import VisitStage
from tests.builders import DOCUMENT, LEAD, OFFICE
from tests.play import SCENES, Play, chunks

SUBJECTS = 20
AT_ONCE = 32
WRITERS = (1, 3)
"""How many people of a department enter its results side by side: the engine takes ten updates of one task at a time."""
GOAL = 10.0


class Singly(Play):
    """A play of one row of the plan in which every result comes alone."""

    # The same subjects come again and again, which is decided in the request.
    request = RequestDraw(reason="按计划抽取", ceiling="keep", recent="keep")

    def __init__(self, cast: Cast, seq: int, writers: int) -> None:
        super().__init__(cast)
        self._seq, self._writers = seq, writers

    async def launch(self) -> None:
        """1 发起."""
        paper = StartTask(document=DOCUMENT, seq=str(self._seq))
        await self.cast.act(LEAD, Role.HANDLER, paper, target=f"office/{OFFICE}")

    async def enter(self) -> None:
        """6 录入: a message for each result, one approval of all."""
        await asyncio.gather(*(self._enter(one) for one in self.departments()))

    async def _enter(self, department: str) -> None:
        item = f"{department.split('/')[1]}-1"
        visits = self.cast.visits(department, VisitStage.VISITED)

        async def write(some: Sequence[Visit]) -> None:
            for visit in some:
                line = self._line(visit.id, item, visits[0].id)
                await self.cast.act(department, Role.OFFICER, SubmitResults(lines=(line,)))

        await asyncio.gather(*(write(visits[first :: self._writers]) for first in range(self._writers)))
        for chunk in chunks(visits):
            paper = ApproveResults(visits=tuple(visit.id for visit in chunk))
            await self.cast.act(department, Role.APPROVER, paper)


async def play_all(bench: Rig, seqs: range, writers: int) -> None:
    """Play rows, so many at once; in each department so many people enter results side by side."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(seq: int) -> None:
        async with gate:
            cast = Cast(bench.database, bench.client, f"{DOCUMENT}/{seq}/1")
            await Singly(cast, seq, writers).run(*SCENES)
            await bench.client.get_workflow_handle(cast.target).result()

    await asyncio.gather(*(one(seq) for seq in seqs))


def papers(bench: Rig) -> int:
    """How many papers were filed."""
    with bench.database.read() as session:
        return session.exec(select(func.count()).select_from(Submission)).one()


def size(bench: Rig) -> int:
    """Bytes of the database."""
    with bench.database.read() as session:
        return int(session.execute(text("SELECT pg_database_size(current_database())")).scalar_one())


async def measure(count: int) -> None:
    """Lifecycles a second, what each costs, and what it leaves in the database."""
    async with rig(subjects=SUBJECTS, rows=1 + count * len(WRITERS)) as bench:
        worker = await bench.start_worker()
        await bench.start_platform()
        await play_all(bench, range(1, 2), 1)
        print(f"{count} lifecycles of 2 partners and {SUBJECTS} subjects, {AT_ONCE} at once:")
        for place, writers in enumerate(WRITERS):
            before, cpu, own = size(bench), usage(worker)[0], time.process_time()
            filed = papers(bench)
            first = 2 + place * count
            seconds, _ = await timed(play_all(bench, range(first, first + count), writers))
            filed = papers(bench) - filed
            worked, played = usage(worker)[0] - cpu, time.process_time() - own
            print(
                f"  {writers} writing in each department: {count / seconds:.2f} lifecycles/s (goal {GOAL:.0f}),"
                f" {filed / seconds:.0f} papers/s, {filed / count:.0f} papers each;"
                f" CPU of the worker {worked / count * 1000:.0f} ms each, of the clients {played / count * 1000:.0f}"
            )
            print(f"  database: {(size(bench) - before) / count / 1024:.0f} KiB a task")


def run(full: bool) -> None:
    """Two hundred, or six."""
    asyncio.run(measure(200 if full else 6))
