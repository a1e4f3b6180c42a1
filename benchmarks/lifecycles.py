"""Whole lifecycles: from the launch to the last summary's receipt, every result a message of its own."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import text
from sqlmodel import func, select

from activities.papers.filing import Actor
from benchmarks import costs, peer
from benchmarks.rig import Rig, rig, timed
from cli.demo.cast import Cast
from models.papers import ApproveResults, RequestDraw, StartTask, SubmitResults
from models.trail import Submission
from rules.roles import Role
from rules.stages import VisitStage
from tests.builders import DOCUMENT, LEAD, OFFICE
from tests.play import SCENES, Play, chunks, secret

SUBJECTS = 20
AT_ONCE = 32
PEER_WRITERS = 5
GOAL = 10.0
T = TypeVar("T")


@dataclass(frozen=True)
class Way:
    """How results are entered: so many people of a department side by side, in one client process or each in its own."""

    writers: int
    apart: bool = False

    def __str__(self) -> str:
        """In words."""
        return (
            f"{self.writers} writing in each department{', each a client of their own' if self.apart else ''}"
        )


WAYS = (Way(1), Way(8), Way(8, apart=True))


class Company(Cast):
    """People who know who they are: nobody is looked up before each paper."""

    def __init__(self, bench: Rig, task: str) -> None:
        super().__init__(bench.database, bench.client, task)
        self._known: dict[tuple[str, Role, bool], Actor] = {}

    def actor(self, department: str, role: Role, *, second: bool = False) -> Actor:
        """The holder of a role, looked up once."""
        asked = (department, role, second)
        if asked not in self._known:
            self._known[asked] = super().actor(department, role, second=second)
        return self._known[asked]


class Singly(Play):
    """A play of one row of the plan in which every result comes alone, and departments act side by side."""

    # The same subjects come again and again, which is decided in the request.
    request = RequestDraw(reason="按计划抽取", ceiling="keep", recent="keep", evidence="会议纪要")

    def __init__(self, bench: Rig, seq: int, way: Way) -> None:
        super().__init__(Company(bench, f"{DOCUMENT}/{seq}/1"))
        self._bench, self._seq, self._way = bench, seq, way

    def secret(self, department: str) -> bytes:
        """A secret for each task: one that was used is refused."""
        return secret(f"{department}/{self._seq}")

    async def each(self, things: Iterable[T], act: Callable[[T], Awaitable[object]]) -> None:
        """Departments do not wait for each other."""
        await asyncio.gather(*(act(one) for one in things))

    async def launch(self) -> None:
        """1 发起."""
        paper = StartTask(document=DOCUMENT, seq=str(self._seq))
        await self.cast.act(LEAD, Role.HANDLER, paper, target=f"office/{OFFICE}")

    async def enter(self) -> None:
        """6 录入: a message for each result, one approval of all."""
        await self.each(self.departments(), self._enter)

    async def _enter(self, department: str) -> None:
        item = f"{department.split('/')[1]}-1"
        visits = self.cast.visits(department, VisitStage.VISITED)

        async def write(first: int) -> None:
            own: Cast = self.cast
            if self._way.apart:
                own = Company(self._bench, own.task)
            for visit in visits[first :: self._way.writers]:
                line = self._line(visit.id, item, visits[0].id)
                await own.act(department, Role.OFFICER, SubmitResults(lines=(line,)))

        await self.each(range(self._way.writers), write)
        for chunk in chunks(visits):
            paper = ApproveResults(visits=tuple(visit.id for visit in chunk))
            await self.cast.act(department, Role.APPROVER, paper)


async def play_all(bench: Rig, seqs: range, way: Way) -> None:
    """Play rows, so many at once."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(seq: int) -> None:
        async with gate:
            singly = Singly(bench, seq, way)
            await singly.run(*SCENES)
            await bench.client.get_workflow_handle(singly.cast.target).result()

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
    async with rig(subjects=SUBJECTS, rows=1 + count * len(WAYS)) as bench:
        worker = await bench.start_worker()
        await bench.start_platform()
        await play_all(bench, range(1, 2), Way(1))
        print(f"{count} lifecycles of 2 partners and {SUBJECTS} subjects, {AT_ONCE} at once:")
        for place, way in enumerate(WAYS):
            before, cpu = size(bench), costs.spent()
            filed, first = papers(bench), 2 + place * count
            seconds, _ = await timed(play_all(bench, range(first, first + count), way))
            filed, used = papers(bench) - filed, costs.since(cpu)
            print(
                f"  {way}: {count / seconds:.2f} lifecycles/s (goal {GOAL:.0f}),"
                f" {filed / seconds:.0f} papers/s, {filed / count:.0f} papers each;"
                f" {1000 * sum(used.values()) / count:,.0f} = {costs.words(used, count)}"
            )
            print(f"  database: {(size(bench) - before) / count / 1024:.0f} KiB a task")
        bench.end(worker)
        await _peer(bench, filed // count, count)


async def _peer(bench: Rig, each: int, count: int) -> None:
    """What this machine allows at most: the bare peer with as many papers, and nothing else of a lifecycle."""
    await bench.start_peer()
    ids = [f"peer/{number}" for number in range(count)]
    for one in ids:
        await bench.client.start_workflow(peer.PeerWorkflow.run, id=one, task_queue=peer.QUEUE)

    async def write(workflow: str, papers: int) -> None:
        for _ in range(papers):
            await peer.send(bench.client, workflow, local=True)

    async def all_write(papers: int) -> None:
        await asyncio.gather(*(write(one, papers) for one in ids for _ in range(PEER_WRITERS)))

    await all_write(1)
    share = each // PEER_WRITERS
    seconds, _ = await timed(all_write(share))
    print(
        f"  the bare peer, local activity, {share * PEER_WRITERS} papers a lifecycle and nothing else:"
        f" {count / seconds:.2f}/s"
    )


def run(full: bool) -> None:
    """Two hundred, or six."""
    asyncio.run(measure(200 if full else 6))
