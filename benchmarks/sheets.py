"""Sheets of 200 results as whole messages, against a plain insert with the same triggers and audit rows."""

import asyncio
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from secrets import token_hex

from sqlalchemy import insert
from sqlmodel import col, select

from activities import audit
from activities.papers.filing import Filing
from adapters.database import Database
from benchmarks.copies import copy_task
from benchmarks.rig import play, rig, timed
from models.outcomes import Result
from models.papers import ResultLine, SubmitResults
from models.task import Visit
from models.trail import Answer, Outcome, Submission
from rules.results import Category
from rules.roles import Role
from tests.activities import scenes
from tests.activities.world import item_of
from tests.builders import actor

LINES = 200
GOAL = 5000


def paper_of(visits: Sequence[Visit]) -> SubmitResults:
    """A sheet as one paper."""
    lines = (
        ResultLine(visit=visit.id, item=item_of(visit.department), categories=(Category.NO_PROBLEM,))
        for visit in visits
    )
    return SubmitResults(lines=tuple(lines))


async def enter(filing: Filing, sheet: Sequence[Visit]) -> None:
    """One sheet, entered and answered."""
    by = actor(sheet[0].department, Role.OFFICER)
    answer = await filing.send(f"joint-task/{sheet[0].task}", paper_of(sheet), by)
    if answer.outcome is not Outcome.ACCEPTED:
        raise RuntimeError(f"{answer.type}: {answer.words}")


def insert_plainly(database: Database, sheet: Sequence[Visit]) -> None:
    """The same rows of paper, results, audit event and answer, with nothing checked and nobody told."""
    content, now, number = paper_of(sheet).model_dump(mode="json"), datetime.now(UTC), token_hex(16)
    results = [
        Result(
            visit=visit.id,
            item=item_of(visit.department),
            cycle=99,
            categories=[Category.NO_PROBLEM.value],
            submission=number,
        ).model_dump()
        for visit in sheet
    ]
    paper = Submission(
        id=number,
        target="plain",
        chain="plain",
        kind="plain",
        content=content,
        nonce="",
        sha256="",
        actor="plain",
        role=Role.OFFICER,
        department="plain",
        filed_at=now,
    )
    answer = Answer(submission=number, outcome=Outcome.ACCEPTED, type="Accepted", answered_at=now)
    with database.write() as session:
        session.execute(insert(Submission).values(**paper.model_dump()))
        session.execute(insert(Result), results)
        audit.record(session, f"plain/{number}", "plain", at=now)
        session.execute(insert(Answer).values(**answer.model_dump()))


async def measure(tasks: int) -> None:
    """Every task has three departments with a sheet each."""
    async with rig(subjects=LINES, rows=tasks) as bench:
        play(bench, scenes.visited)
        made = copy_task(bench.database, "test-2026/1/1", range(2, tasks + 2))
        with bench.database.read() as session:
            rows = session.exec(select(Visit).order_by(col(Visit.id))).all()
        sheets: dict[tuple[str, str], list[Visit]] = {}
        for row in rows:
            sheets.setdefault((row.task, row.department), []).append(row)
        await bench.start_worker()
        await bench.start_tasks(["test-2026/1/1", *made])
        filing = Filing(bench.database, bench.client)
        await asyncio.gather(*(enter(filing, one) for key, one in sheets.items() if key[0] not in made))
        work = [one for key, one in sheets.items() if key[0] in made]
        count = sum(map(len, work))
        seconds, _ = await timed(asyncio.gather(*(enter(filing, one) for one in work)))
        began = time.perf_counter()
        for one in work:
            await asyncio.to_thread(insert_plainly, bench.database, one)
        plain = time.perf_counter() - began
        print(f"{len(work)} sheets of {LINES} results:")
        print(
            f"  entered: {count / seconds:,.0f} results/s (goal {GOAL:,}),"
            f" {seconds / plain:.1f} × a plain insert one after the other ({count / plain:,.0f}/s)"
        )


def run(full: bool) -> None:
    """Eight tasks, or two."""
    asyncio.run(measure(8 if full else 2))
