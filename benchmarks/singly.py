"""Results entered singly, against the bare peer in the same run: throughput together, latency alone."""

import asyncio
import time
from collections.abc import Sequence
from datetime import datetime
from itertools import cycle

from sqlmodel import col, select

from activities.papers.filing import Actor, Filing
from benchmarks import peer
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


async def together(filings: Sequence[Filing], queues: Sequence[Sequence[Visit]]) -> float:
    """Seconds until every writer has entered the results of its visits, one paper each.

    Writers of one client share its messages; a client each is how people act who have a process each.
    """

    async def write(filing: Filing, visits: Sequence[Visit]) -> None:
        for visit in visits:
            await enter(filing, visit)

    work = (write(filing, one) for filing, one in zip(cycle(filings), queues, strict=False))
    seconds, _ = await timed(asyncio.gather(*work))
    return seconds


async def enter(filing: Filing, visit: Visit) -> None:
    """One result, entered and answered."""
    line = ResultLine(visit=visit.id, item=item_of(visit.department), categories=(Category.NO_PROBLEM,))
    paper = SubmitResults(lines=(line,))
    by = actor(visit.department, Role.OFFICER)
    answer = await filing.send(f"joint-task/{visit.task}", paper, by)
    if answer.outcome is not Outcome.ACCEPTED:
        raise RuntimeError(f"{answer.type}: {answer.words}")


async def peers_together(bench: Rig, each: int, *, local: bool) -> float:
    """Seconds of the peer for the same numbers of tasks, writers and papers."""

    async def write(workflow: str) -> None:
        for _ in range(each):
            await peer.send(bench.client, workflow, local=local)

    writers = [f"peer/{number}" for number in range(TASKS) for _ in range(WRITERS)]
    seconds, _ = await timed(asyncio.gather(*(write(one) for one in writers)))
    return seconds


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
    """Both, in one run on one database and one engine."""
    subjects = -(-max(2 * each * WRITERS, single) // DEPARTMENTS)
    async with rig(subjects=subjects, rows=TASKS) as bench:
        play(bench, scenes.visited)
        tasks = copy_task(bench.database, "test-2026/1/1", range(2, TASKS + 2))
        with bench.database.read() as session:
            rows = session.exec(select(Visit).order_by(col(Visit.task), col(Visit.id))).all()
        visits: dict[str, list[Visit]] = {}
        for row in rows:
            visits.setdefault(row.task, []).append(row)
        worker = await bench.start_worker()
        await bench.start_tasks(["test-2026/1/1", *tasks])
        filing = Watched(bench.database, bench.client)
        lonely = visits["test-2026/1/1"]
        await asyncio.gather(*(enter(filing, visit) for visit in lonely[single:]))
        ours = await alone(filing, lonely[:single])
        queues = [
            visits[task][first * each : (first + 1) * each] for first in range(2 * WRITERS) for task in tasks
        ]
        half = TASKS * WRITERS
        ways = {
            "a client for all": await together([filing], queues[:half]),
            "a client each": await together(
                [Filing(bench.database, bench.client) for _ in range(half)], queues[half:]
            ),
        }
        bench.end(worker)
        await bench.start_peer()
        for number in range(TASKS):
            await bench.client.start_workflow(
                peer.PeerWorkflow.run, id=f"peer/{number}", task_queue=peer.QUEUE
            )
        await asyncio.gather(*(peer.send(bench.client, f"peer/{n}", local=True) for n in range(TASKS)))
        count = TASKS * WRITERS * each
        print(f"{TASKS} tasks, {WRITERS} writers each, {count:,} results, a paper each:")
        for way, seconds in ways.items():
            print(f"  entered, {way}: {count / seconds:.0f}/s")
        for local in (False, True):
            name = "local" if local else "plain"
            theirs = await peers_together(bench, each, local=local)
            ratios = ", ".join(f"{theirs / seconds:.2f} × by {way}" for way, seconds in ways.items())
            print(f"  peer, {name} activity: {count / theirs:.0f}/s; entered is {ratios} (goal {GOAL})")
        tell("entered", *ours)
        for local in (False, True):
            tell(f"peer, {'local' if local else 'plain'}", *await peer_alone(bench, single, local=local))


def run(full: bool) -> None:
    """Six results a writer and 200 alone, or one and 40."""
    asyncio.run(measure(*((6, 200) if full else (1, 40))))
