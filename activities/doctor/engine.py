"""What differs between SQL and the engine: who should run and does not, and the reverse (体检：运行)."""

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlmodel import Session, col, func, select
from temporalio.client import Client, WorkflowExecutionStatus, WorkflowQueryFailedError
from temporalio.service import RPCError, RPCStatusCode

from activities.doctor.engine_runs import Run
from activities.doctor.findings import REPAIR, RESTORED, Ailment, Finding
from activities.doctor.interventions import unrecorded
from activities.doctor.rows import PAPER_GRACE
from activities.lookup import chunks
from activities.rebuild import TYPES, open_cases
from adapters.database import Database
from models import search_attributes
from models.messages import Progress
from models.organisation import Department, Office
from models.outcomes import Correction, Disposal
from models.plan import PlanRow
from models.task import JointTask
from models.trail import Deadline, Outbox, Wait
from rules.stages import Stage, TaskStatus

log = structlog.get_logger(__name__)

TASK = "joint-task/"
ASKED, NEWEST = 200, 50
"""So many tasks are asked what they remember: of those that show something else than SQL says, and the newest."""
AT_ONCE = 16
PATIENCE = timedelta(seconds=5)
"""How long all of them together may take to answer; one that does not is found by other lines.

A worker that is starting ten thousand tasks has no time for questions.
"""


@dataclass(frozen=True)
class Compared:
    """The workflows that SQL wants and the engine has not, and those that it has and SQL does not want."""

    missing: tuple[str, ...]
    over: tuple[str, ...]
    unknown: tuple[str, ...]

    def still(self, later: "Compared") -> "Compared":
        """What stands in both: what only began or ended between two looks is no finding."""
        return Compared(
            tuple(one for one in self.missing if one in set(later.missing)),
            tuple(one for one in self.over if one in set(later.over)),
            tuple(one for one in self.unknown if one in set(later.unknown)),
        )

    @property
    def agree(self) -> bool:
        """Whether SQL and the engine say the same."""
        return not (self.missing or self.over or self.unknown)


def compare(session: Session, runs: Sequence[Run], now: datetime) -> Compared:
    """Hold what runs against what should run; the list of runs is to be older than the session."""
    wanted = open_cases(session, now)
    alive = {one.workflow for one in runs}
    extra = sorted(alive - set(wanted))
    known = _known(session, extra)
    called = _called(session, now)
    return Compared(
        missing=tuple(one for one in wanted if one not in alive and one not in called),
        # A desk lives through its year and an exchange for ever, whether they have anything in hand or not.
        over=tuple(one for one in extra if one in known and not one.startswith(("department/", "exchange/"))),
        unknown=tuple(one for one in extra if one not in known),
    )


def told(compared: Compared) -> Iterator[Finding]:
    """The lines of a comparison."""
    for one in compared.unknown:
        words = "数据库可能恢复到了较早的时刻，或 DATABASE_URL 有误；确系恢复的，按下面的命令办理"
        yield Finding(Ailment.UNKNOWN, one, words, RESTORED)
    for one in compared.missing:
        command = f"starter.py task rebuild {one.removeprefix(TASK)}" if one.startswith(TASK) else REPAIR
        yield Finding(Ailment.MISSING, one, "数据库中未办结，引擎中没有运行", command)
    for one in compared.over:
        yield Finding(Ailment.OVER, one, "数据库中已办结，引擎中仍在运行")


def failing(runs: Sequence[Run]) -> Iterator[Finding]:
    """Workflows whose workflow tasks keep failing, as the engine reports them."""
    for one in runs:
        if one.failing:
            words = f"升级或修复工作进程后自动继续；仍不继续的从数据库重新启动。详情：temporal workflow show -w {one.workflow}"
            command = f"starter.py doctor --repair --restart {one.workflow}"
            yield Finding(Ailment.FAILING, one.workflow, words, command)


def intervened(session: Session, ended: Sequence[Run]) -> Iterator[Finding]:
    """Runs that somebody ended from outside, of which the trail does not tell yet."""
    for one in unrecorded(session, ended):
        yield Finding(Ailment.INTERVENED, one.workflow, f"运行 {one.run} 未自行结束")


async def ahead(client: Client, database: Database, runs: Sequence[Run]) -> list[Finding]:
    """Tasks whose workflow remembers a later state than SQL's: the database was restored under them."""
    asked = await asyncio.to_thread(_to_ask, database, runs)
    gate = asyncio.Semaphore(AT_ONCE)

    async def ask(task: str) -> tuple[str, int]:
        async with gate:
            return task, await _remembered(client, task)

    asking = [asyncio.create_task(ask(task)) for task in asked]
    answered, silent = (
        await asyncio.wait(asking, timeout=PATIENCE.total_seconds()) if asking else (set(), set())
    )
    for one in silent:
        one.cancel()
    remembered = dict(one.result() for one in answered)
    # SQL is read after the answers: a task that moved on meanwhile is not ahead of it.
    stored = await asyncio.to_thread(_versions, database, asked)
    return [
        Finding(Ailment.AHEAD, f"{TASK}{task}", f"记得第{version}版，数据库为第{stored[task]}版", RESTORED)
        for task, version in sorted(remembered.items())
        if version > stored.get(task, version)
    ]


async def ended_ahead(client: Client, missing: Sequence[str]) -> list[Finding]:
    """Tasks that came to their end in the engine and are open in SQL: the database was restored after their end."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def ended(workflow: str) -> bool:
        async with gate:
            return await _came_to_its_end(client, workflow)

    tasks = [one for one in missing if one.startswith(TASK)][:ASKED]
    answers = await asyncio.gather(*map(ended, tasks))
    return [
        Finding(Ailment.AHEAD, workflow, "引擎中已办结，数据库中未办结", RESTORED)
        for workflow, is_over in zip(tasks, answers, strict=True)
        if is_over
    ]


async def _came_to_its_end(client: Client, workflow: str) -> bool:
    try:
        run = await client.get_workflow_handle(workflow).describe()
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
        return False
    return run.status is WorkflowExecutionStatus.COMPLETED


async def _remembered(client: Client, task: str) -> int:
    """The version of the state that a task's workflow holds; 0 where it does not say."""
    try:
        progress = await client.get_workflow_handle(f"{TASK}{task}").query(
            "progress", result_type=Progress, rpc_timeout=PATIENCE
        )
    except (RPCError, WorkflowQueryFailedError):
        return 0
    # A run that has just begun has read nothing yet.
    return progress.version if progress else 0  # type: ignore[redundant-expr, unused-ignore]  # as said


def _to_ask(database: Database, runs: Sequence[Run]) -> list[str]:
    shown = {one.workflow.removeprefix(TASK): one for one in runs if one.workflow.startswith(TASK)}
    with database.read() as session:
        due = dict(
            session.exec(
                select(Wait.task, func.min(Deadline.due))
                .join(Deadline, (col(Deadline.wait) == col(Wait.id)) & col(Deadline.current).is_(True))
                .where(col(Wait.closed_at).is_(None), col(Wait.scope).startswith(TASK))
                .group_by(col(Wait.task))
            ).all()
        )
        tasks = session.exec(
            select(JointTask.id, JointTask.stage, JointTask.level)
            .where(col(JointTask.status) == TaskStatus.OPEN)
            .order_by(col(JointTask.stage_since).desc(), col(JointTask.id))
        ).all()
    known = [one for one, _, _ in tasks if one in shown]
    differing = [
        one
        for one, stage, level in tasks
        if one in shown and _differs(Stage(stage), level, due.get(one), shown[one])
    ]
    return list(dict.fromkeys([*differing[:ASKED], *known[:NEWEST]]))


def _differs(stage: Stage, level: int, due: datetime | None, run: Run) -> bool:
    """Whether a task's list shows another stage, level or due moment than SQL has."""
    shown = run.shown.get(search_attributes.DUE.name)
    return (f"{min(int(stage), 8)} {stage.label}", level, due) != (
        run.shown.get(search_attributes.STAGE.name),
        run.shown.get(search_attributes.ESCALATION.name),
        datetime.fromisoformat(shown) if shown else None,
    )


def _versions(database: Database, tasks: Sequence[str]) -> dict[str, int]:
    with database.read() as session:
        return {
            task: version
            for some in chunks(tasks)
            for task, version in session.exec(
                select(JointTask.id, JointTask.version).where(col(JointTask.id).in_(some))
            )
        }


def _called(session: Session, now: datetime) -> set[str]:
    """The workflows that a signal is on its way to which starts them where nobody runs yet."""
    return set(
        session.exec(
            select(Outbox.workflow).where(
                col(Outbox.sent_at).is_(None),
                col(Outbox.start) != "",
                col(Outbox.created_at) >= now - PAPER_GRACE,
            )
        )
    )


def _known(session: Session, workflows: Iterable[str]) -> set[str]:
    """Those of the workflows whose case stands in SQL, open or not."""
    cases: dict[str, dict[str, str]] = {kind: {} for kind in TYPES}
    for workflow in workflows:
        kind, _, case = workflow.partition("/")
        if kind in cases:
            # A desk's department, without the year.
            cases[kind][workflow] = case.rsplit("/", 1)[0] if kind == "department" else case
    columns = {
        "joint-task": JointTask.id,
        "disposal": Disposal.id,
        "correction": Correction.id,
        "department": Department.id,
        "exchange": Office.code,
    }
    found: set[str] = set()
    for kind, column in columns.items():
        wanted = cases[kind]
        stored = {
            one
            for some in chunks(sorted(set(wanted.values())))
            for one in session.exec(select(column).where(col(column).in_(some)))
        }
        found |= {workflow for workflow, case in wanted.items() if case in stored}
    if cases["plan-row"]:
        rows = set(session.exec(select(PlanRow.document, PlanRow.seq)))
        found |= {one for one, case in cases["plan-row"].items() if tuple(case.split("/", 1)) in rows}
    return found
