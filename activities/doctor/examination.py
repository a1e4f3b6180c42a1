"""The examination: SQL held against the engine, a line for all that is stuck, each with what mends it (体检)."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from temporalio.client import Client

from activities.doctor import engine, memories
from activities.doctor import rows as doctor_rows
from activities.doctor import standing as doctor_standing
from activities.doctor.engine_runs import Polling, Run, broken_off, polling, running
from activities.doctor.failing_steps import failing_steps, noted
from activities.doctor.findings import Ailment, Finding
from activities.doctor.idle import idle
from activities.doctor.unkept import unarchived
from adapters.database import Database
from models.messages import TASK_QUEUE

SECOND_LOOK = 2.0
"""Seconds until what differs is looked at again: lists follow the engine, and the engine follows SQL."""
LOOKS = (
    *doctor_rows.LOOKS,
    idle,
    doctor_standing.calendar,
    doctor_standing.registers,
    doctor_standing.trail,
)


@dataclass(frozen=True)
class Report:
    """What an examination found, in the order in which one would mend it; `runs` is what ran at its time."""

    findings: tuple[Finding, ...]
    runs: tuple[Run, ...] = ()

    @property
    def counts(self) -> dict[str, int]:
        """How many lines of each kind."""
        return dict(Counter(one.ailment.value for one in self.findings))

    def and_still(self, findings: Iterable[Finding]) -> "Report":
        """The report with findings that others made and it did not."""
        told = {(one.ailment, one.subject) for one in self.findings}
        more = [one for one in findings if (one.ailment, one.subject) not in told]
        return Report(_in_order((*self.findings, *more)), self.runs)

    def of(self, *kinds: Ailment) -> list[str]:
        """The subjects of the findings of some kinds."""
        return [one.subject for one in self.findings if one.ailment in kinds]


async def examine(
    database: Database,
    client: Client | None,
    now: datetime,
    *,
    task_queue: str = TASK_QUEUE,
    ask: bool = True,
) -> Report:
    """Examine engine and database; without a client only the database, and that the engine is away.

    With `ask=False` no workflow is asked what it remembers (an examination right after a repair).
    """
    rows = asyncio.create_task(asyncio.to_thread(_in_sql, database, now))
    findings: list[Finding] = []
    runs: Sequence[Run] = ()
    if client is None:
        findings.append(_AWAY)
    else:
        runs = await running(client, task_queue)
        polled = await polling(client, task_queue)
        if polled in _IDLE:
            findings.append(Finding(Ailment.NO_WORKER, task_queue, *_IDLE[polled]))
        findings += engine.failing(runs)
        looks = [
            _compared(database, client, task_queue, runs, now),
            _intervened(database, client, task_queue),
            unarchived(client, database, task_queue, now),
            _steps(client, database, rows),
        ]
        findings += [one for some in await asyncio.gather(*looks) for one in some]
        if polled is Polling.BY_CURRENT and ask:
            # Last: a worker that has just begun has a moment to take up what it is asked for.
            findings += await memories.ahead(client, database, runs)
    findings += await rows
    return Report(_in_order(findings), tuple(runs))


def _in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    order = list(Ailment)
    return tuple(sorted(findings, key=lambda one: order.index(one.ailment)))


async def _compared(
    database: Database, client: Client, task_queue: str, runs: Sequence[Run], now: datetime
) -> list[Finding]:
    compared = await asyncio.to_thread(_compare, database, runs, now)
    if not compared.agree:
        await asyncio.sleep(SECOND_LOOK)
        again = await asyncio.to_thread(_compare, database, await running(client, task_queue), now)
        compared = compared.still(again)
    ahead = await memories.ended_ahead(client, database, compared.missing)
    return [*engine.told(compared.without(one.subject for one in ahead)), *ahead]


async def _steps(client: Client, database: Database, rows: Awaitable[Sequence[Finding]]) -> list[Finding]:
    """Steps that fail for ever: of workflows where one is noted, and of those that do not do what is due."""

    def hinted() -> list[str]:
        with database.read() as session:
            return noted(session)

    idle = [one.subject for one in await rows if one.ailment in _DUE]
    return await failing_steps(client, dict.fromkeys([*await asyncio.to_thread(hinted), *idle]))


def _compare(database: Database, runs: Sequence[Run], now: datetime) -> engine.Compared:
    with database.read() as session:
        return engine.compare(session, runs, now)


async def _intervened(database: Database, client: Client, task_queue: str) -> list[Finding]:
    ended = await broken_off(client, task_queue)

    def look() -> list[Finding]:
        with database.read() as session:
            return list(engine.intervened(session, ended))

    return await asyncio.to_thread(look)


def _in_sql(database: Database, now: datetime) -> list[Finding]:
    def looks() -> Iterator[Finding]:
        for look in LOOKS:
            with database.read() as session:
                yield from look(session, now)

    return list(looks())


_DUE = (Ailment.LATE, Ailment.UNANSWERED, Ailment.UNPUBLISHED)
"""Lines whose subject is a workflow that should have done something by now."""
_AWAY = Finding(
    Ailment.ENGINE_AWAY,
    "temporal",
    "请核对 TEMPORAL_ADDRESS，启动 Temporal 服务（单机试用：starter.py dev）",
    "docker compose up -d temporal",
)
_IDLE = {
    Polling.BY_NOBODY: (
        "没有工作进程，任何流程都不会推进（单机：python worker.py）",
        "docker compose up -d worker",
    ),
    Polling.BY_OTHERS: (
        "在领取工作的都不是当前版本，任何流程都不会推进：启动当前版本的，或把新版本设为当前（单机：python worker.py set-current）",
        "docker compose run --rm release",
    ),
}
"""What is said of a queue that is not worked on, and what mends it."""
