"""Results entered singly, against the bare peer in the same run: throughput together, latency alone."""

import asyncio
import time
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import cycle

from sqlmodel import col, select

from activities.papers.filing import Actor, Filing
from benchmarks import costs, peer
from benchmarks.copies import copy_task
from benchmarks.rig import Rig, play, quantile, rig, timed
from models.papers import Paper, ResultLine, SubmitResults
from models.task import Visit
from models.trail import Answer, Outcome, Submission
from rules.results import Category
from rules.roles import Role
from tests.activities import scenes
from tests.activities.world import item_of
from tests.builders import actor

TASKS, WRITERS, DEPARTMENTS = 64, 8, 3
GOAL = 2.0


@dataclass(frozen=True)
class Spent:
    """What so many papers of every writer took: seconds, and CPU by party."""

    each: int
    seconds: float
    cpu: dict[costs.Party, float]

    @property
    def count(self) -> int:
        """All papers."""
        return TASKS * WRITERS * self.each

    def __str__(self) -> str:
        """In words."""
        total = 1000 * sum(self.cpu.values()) / self.count
        return (
            f"{self.count / self.seconds:.0f}/s, {total:.1f} = {costs.words(self.cpu, self.count, digits=1)}"
        )


async def spent(each: int, work: Awaitable[object]) -> Spent:
    """What the work of all writers takes."""
    before = costs.spent()
    seconds, _ = await timed(work)
    return Spent(each, seconds, costs.since(before))


async def together(filings: Sequence[Filing], queues: Sequence[Sequence[Visit]]) -> None:
    """Every writer enters the results of its visits, one paper each.

    Writers of one client share its messages; a client each is how people act who have a process each.
    """

    async def write(filing: Filing, visits: Sequence[Visit]) -> None:
        for visit in visits:
            await enter(filing, visit)

    await asyncio.gather(*(write(filing, one) for filing, one in zip(cycle(filings), queues, strict=False)))


async def enter(filing: Filing, visit: Visit) -> None:
    """One result, entered and answered."""
    line = ResultLine(visit=visit.id, item=item_of(visit.department), categories=(Category.NO_PROBLEM,))
    paper = SubmitResults(lines=(line,))
    by = actor(visit.department, Role.OFFICER)
    answer = await filing.send(f"joint-task/{visit.task}", paper, by)
    if answer.outcome is not Outcome.ACCEPTED:
        raise RuntimeError(f"{answer.type}: {answer.words}")


async def peers_together(bench: Rig, each: int, *, local: bool) -> None:
    """The peer's same numbers of tasks, writers and papers."""

    async def write(workflow: str) -> None:
        for _ in range(each):
            await peer.send(bench.client, workflow, local=local)

    await asyncio.gather(*(write(f"peer/{number}") for number in range(TASKS) for _ in range(WRITERS)))


class Watched(Filing):
    """The product's own client, which notes when a paper lies in the database."""

    filed = 0.0

    def _file_or_find(
        self, target: str, paper: Paper, actor: Actor, message_id: str | None, now: datetime
    ) -> tuple[Submission, Answer | None]:
        found = super()._file_or_find(target, paper, actor, message_id, now)
        self.filed = time.perf_counter()
        return found


async def alone(filing: Watched, visits: Sequence[Visit]) -> tuple[list[float], list[float]]:
    """Seconds to the durable paper and to the answer, one message after the other."""
    rows, answers = [], []
    for visit in visits:
        start = time.perf_counter()
        await enter(filing, visit)
        rows.append(filing.filed - start)
        answers.append(time.perf_counter() - start)
    return rows, answers


async def peer_alone(bench: Rig, count: int, *, local: bool) -> tuple[list[float], list[float]]:
    """The same of the peer."""
    rows, answers = [], []
    for _ in range(count):
        began, start = time.time(), time.perf_counter()
        rows.append(await peer.send(bench.client, "peer/0", local=local) - began)
        answers.append(time.perf_counter() - start)
    return rows, answers


def tell(name: str, rows: list[float], answers: list[float]) -> None:
    """p50 and p99 in milliseconds."""
    row, answer = ((quantile(some, 0.5), quantile(some, 0.99)) for some in (rows, answers))
    print(
        f"  idle, {name}: durable row p50 {row[0]:.1f} p99 {row[1]:.1f} ms,"
        f" answer p50 {answer[0]:.1f} p99 {answer[1]:.1f} ms"
    )


async def measure(each: int, single: int) -> None:
    """Both, in one run on one database and one engine; each side is warmed by a paper of every writer."""
    papers = 1 + 1 + 2 * each
    async with rig(subjects=-(-max(papers * WRITERS, single) // DEPARTMENTS), rows=TASKS) as bench:
        play(bench, scenes.visited)
        tasks = copy_task(bench.database, "test-2026/1/1", range(2, TASKS + 2))
        worker = await bench.start_worker()
        await bench.start_tasks(["test-2026/1/1", *tasks])
        filing = Watched(bench.database, bench.client)
        visits = _visits(bench)
        lonely = visits["test-2026/1/1"]
        await asyncio.gather(*(enter(filing, visit) for visit in lonely[single:]))
        ours = await alone(filing, lonely[:single])
        ways = await _entered(bench, filing, [visits[task] for task in tasks], each)
        bench.end(worker)
        await _start_peers(bench)
        print(
            f"{TASKS} tasks, {WRITERS} writers each, a result a paper, {papers - 1} papers a writer after the first:"
        )
        for way, one in ways.items():
            print(f"  entered, {way}: {one}")
        for local in (False, True):
            name = "local" if local else "plain"
            theirs = {some: await spent(some, peers_together(bench, some, local=local)) for some in (1, each)}
            for some, one in theirs.items():
                print(f"  peer, {name} activity, {_times(some)}: {one}")
            for way, one in ways.items():
                print(f"    {_ratio(theirs[one.each], one):.2f} × by {way} (goal {GOAL})")
        tell("entered", *ours)
        for local in (False, True):
            tell(f"peer, {'local' if local else 'plain'}", *await peer_alone(bench, single, local=local))


async def _entered(
    bench: Rig, filing: Filing, tasks: Sequence[Sequence[Visit]], each: int
) -> dict[str, Spent]:
    """What entering takes: a paper of every writer at once, several of each, and several with a client for each."""

    def queues(first: int, some: int) -> list[Sequence[Visit]]:
        begin = WRITERS * first
        return [
            visits[begin + writer * some : begin + (writer + 1) * some]
            for writer in range(WRITERS)
            for visits in tasks
        ]

    apart = [Filing(bench.database, bench.client) for _ in range(TASKS * WRITERS)]
    await together([filing], queues(0, 1))
    return {
        _times(1): await spent(1, together([filing], queues(1, 1))),
        _times(each): await spent(each, together([filing], queues(2, each))),
        f"{_times(each)}, a client each": await spent(each, together(apart, queues(2 + each, each))),
    }


async def _start_peers(bench: Rig) -> None:
    """The peer's worker and workflows, with the same first papers as ours had."""
    await bench.start_peer()
    for number in range(TASKS):
        await bench.client.start_workflow(peer.PeerWorkflow.run, id=f"peer/{number}", task_queue=peer.QUEUE)
    for local in (False, True):
        await peers_together(bench, 1, local=local)


def _visits(bench: Rig) -> dict[str, list[Visit]]:
    """All visits by task."""
    found: dict[str, list[Visit]] = {}
    with bench.database.read() as session:
        for row in session.exec(select(Visit).order_by(col(Visit.task), col(Visit.id))):
            found.setdefault(row.task, []).append(row)
    return found


def _times(each: int) -> str:
    return "one paper a writer" if each == 1 else f"{each} papers a writer"


def _ratio(theirs: Spent, ours: Spent) -> float:
    return theirs.seconds / ours.seconds


def run(full: bool) -> None:
    """Six results a writer and 200 alone, or three and 40; and one of each writer at once."""
    asyncio.run(measure(*((6, 200) if full else (3, 40))))
