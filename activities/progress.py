"""Where a task stands: derived from its rows in the transaction that changed them, read back as Progress."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, bindparam
from sqlalchemy import select as rows_of
from sqlalchemy.exc import NoResultFound
from sqlmodel import Session, SQLModel, col, func, select

from activities import audit
from activities.acts.draws import open_draw
from activities.acts.preparation import confirmed
from activities.acts.summaries import open_summary
from activities.clocks.waits import LIVING, Clocks
from activities.clocks.wording import is_told_by_itself, told
from activities.draw.contributions import (
    CONTRIBUTIONS,
    chains,
    contributors,
    first_drawn,
    kept_by_service,
)
from activities.draw.course import course_of
from activities.draw.notes import notes_of
from activities.draw.received import received_of
from activities.draw.takeover import take_over
from activities.exchange.declaring import declare_task
from activities.registers.state import held
from models.exchange import ExchangeRejection
from models.messages import ActProgress, BranchProgress, Progress, WaitLine
from models.organisation import Department
from models.outcomes import Publication, Summary
from models.task import ActStep, Aspect, DrawAct, DrawStep, JointTask, Part, TakingPart
from models.trail import Deadline, Outbox, Wait
from rules.stages import Claim, Stage, TaskStatus, branch_stage
from rules.waits import WaitKind

SHOWN_WAITS = 8
"""How many waits travel in a message: the most urgent; all others are read from SQL."""

_COUNTS = (
    "subjects",
    "matched",
    "visited",
    "approved",
    "receipted",
    "published",
    "disposals",
    "disposals_open",
    "summaries_open",
)


def _columns(model: type[SQLModel]) -> Any:
    return SQLModel.metadata.tables[str(model.__tablename__)].c


# Read at the end of every step: plain rows of statements made once, three instead of eight.
_J, _P, _D, _W, _L, _O, _U = (
    _columns(model) for model in (JointTask, TakingPart, Department, Wait, Deadline, Outbox, Publication)
)
_NEWEST = (
    rows_of(func.max(_columns(DrawAct).number))
    .where(_columns(DrawAct).task == bindparam("task"))
    .scalar_subquery()
)
_TASK_AND_PARTS = (
    rows_of(
        *(_J[name] for name in ("office", "document", "name", "version", "status", "stage")),
        *(_J[name] for name in ("stage_since", "level")),
        *(_P[name] for name in ("department", "part", "claim", "match_run", "match_asked", *_COUNTS)),
        _P.stage.label("part_stage"),
        _P.stage_since.label("part_since"),
        _D.name.label("department_name"),
        rows_of(func.count())
        .where(_O.source == bindparam("task"), _O.sent_at.is_(None), _O.taken_until.is_(None))
        .scalar_subquery()
        .label("unsent"),
        rows_of(func.count())
        .where(_U.task == bindparam("task"), _U.rejected.is_not(None))
        .scalar_subquery()
        .label("rejected"),
        _NEWEST.label("act"),
        rows_of(func.count())
        .where(
            _columns(DrawStep).task == bindparam("task"),
            _columns(DrawStep).act == _NEWEST,
            _columns(DrawStep).step.in_((ActStep.DRAWN, ActStep.VOID)),
        )
        .scalar_subquery()
        .label("act_over"),
    )
    .outerjoin_from(_J.id.table, _P.task.table, and_(_P.task == _J.id, _P.claim != Claim.RELEASED))
    .outerjoin(_D.id.table, _D.id == _P.department)
    .where(_J.id == bindparam("task"))
)
# `is_not(False)`: see `activities.clocks.waits.LIVING`.
_LINES = (
    rows_of(
        *(_W[name] for name in ("id", "department", "role", "kind", "stage", "open", "total", "opened_at")),
        *(_W[name] for name in ("level", "scope", "task", "key", "cycle", "opened_by")),
        *(_L[name] for name in ("due", "next_rung", "provisional", "suspended")),
        _D.name,
    )
    .join_from(_W.id.table, _L.id.table, and_(_L.wait == _W.id, _L.current.is_not(False)))
    .join(_D.id.table, _D.id == _W.department)
    .order_by(_L.due, _W.key)
)
_OPEN_WAITS = (
    _LINES.add_columns(
        func.count().over().label("waits_open"),
        func.min(_L.next_rung).over().label("first_rung"),
        func.max(_W.level).over().label("highest"),
    )
    .where(_W.scope == bindparam("scope"), _W.closed_at.is_(None))
    .limit(SHOWN_WAITS)
)
_LEVEL = rows_of(func.max(_W.level)).where(_W.scope == bindparam("scope"), _W.closed_at.is_(None))


def living_parts(session: Session, task: str) -> list[TakingPart]:
    """The departments that take part and were not released, the initiator first."""
    rows = session.exec(
        select(TakingPart).where(col(TakingPart.task) == task, col(TakingPart.claim) != Claim.RELEASED)
    ).all()
    return _in_order(rows)


def _in_order(parts: Iterable[TakingPart]) -> list[TakingPart]:
    return sorted(parts, key=lambda row: (row.part is not Part.INITIATOR, row.department))


def advance(clocks: Clocks, task: JointTask, parts: Sequence[TakingPart] = ()) -> None:
    """Move task and departments to the stage that their rows say, and open what the new stage needs.

    Called at the end of every transaction that touches a task, so that SQL never disagrees with itself.
    `parts` are all of the task's parts, released ones too, where the caller has read them.
    """
    if task.status is not TaskStatus.OPEN:
        return
    # Answers of steps that ran side by side may come in any order: the newest state wins by its version.
    task.version += 1
    clocks.session.flush()
    living = [part for part in parts if part.claim is not Claim.RELEASED]
    parts = _in_order(living) if parts else living_parts(clocks.session, task.id)
    if task.stage is Stage.INITIATE and len(confirmed(clocks.session, task.id)) == len(Aspect):
        _enter(clocks, task, parts, Stage.NOTIFY)
    if task.stage is Stage.NOTIFY and all(part.claim.settled for part in parts):
        _enter(clocks, task, parts, Stage.DRAW)
        received = received_of(clocks.session, task.id)
        if received is None:
            open_draw(clocks, task)
        else:
            take_over(clocks, task, received)
    if task.stage is Stage.DRAW and first_drawn(clocks.session, task.id):
        _enter(clocks, task, parts, Stage.MATCH)
    if task.stage >= Stage.MATCH:
        _advance_parts(clocks, parts)
        earliest = min((part.stage for part in parts), default=Stage.OVER)
        if earliest is not task.stage:
            task.stage, task.stage_since = earliest, clocks.now
        if earliest is Stage.OVER:
            _close(clocks, task)
    if task.level or clocks.raised:
        # Nothing but a rung raises a level: where none stood and none fired, none stands.
        task.level = clocks.session.execute(_LEVEL, {"scope": f"joint-task/{task.id}"}).scalar() or 0
    clocks.session.flush()


def read_progress(session: Session, task_id: str) -> Progress:
    """All that a workflow is told of its task: stages, counts, the most urgent waits, the next rung."""
    rows = session.execute(_TASK_AND_PARTS, {"task": task_id}).all()
    if not rows:
        raise NoResultFound(f"no task {task_id}")
    task = rows[0]
    parts = sorted(
        (row for row in rows if row.department is not None),
        key=lambda row: (row.part is not Part.INITIATOR, row.department),
    )
    owed = owed_in(session, f"joint-task/{task_id}")
    returned = _returned(session, task_id) if task.rejected else {}
    return Progress(
        task=task_id,
        office=task.office,
        document=task.document,
        name=task.name,
        version=task.version,
        status=task.status,
        stage=task.stage,
        since=task.stage_since,
        level=task.level,
        branches=tuple(_branch(row) for row in parts),
        act=_act(session, task_id, task.stage, task.act, over=bool(task.act_over)),
        waits=owed.waits,
        waits_open=owed.count,
        next_rung=owed.next_rung,
        to_offer=task.stage is Stage.NOTIFY and any(row.claim is Claim.NONE for row in parts),
        outbox=task.unsent,
        rejected=task.rejected,
        rejected_by=tuple(returned),
        rejected_since=min((since for since in returned.values() if since is not None), default=None),
    )


def _returned(session: Session, task: str) -> dict[str, datetime | None]:
    """The departments whose records the platform has sent back, by name, and since when."""
    statement = (
        select(Department.name, func.min(ExchangeRejection.at))
        .join(Publication, col(Publication.department) == col(Department.id))
        .outerjoin(
            ExchangeRejection,
            (col(ExchangeRejection.key) == col(Publication.key))
            & (col(ExchangeRejection.revision) == col(Publication.revision)),
        )
        .where(col(Publication.task) == task, col(Publication.rejected).is_not(None))
        .group_by(col(Department.name))
        .order_by(col(Department.name))
    )
    return dict(session.exec(statement).all())


@dataclass(frozen=True)
class Owed:
    """What is owed in a scope: the most urgent waits, how many are open, the first rung and the highest level."""

    waits: tuple[WaitLine, ...] = ()
    count: int = 0
    next_rung: datetime | None = None
    level: int = 0


def owed_in(session: Session, scope: str) -> Owed:
    """What is owed in a scope, in one statement."""
    rows = session.execute(_OPEN_WAITS, {"scope": scope}).all()
    if not rows:
        return Owed()
    first = rows[0]
    lines = _by_itself(session, _in_words(session, rows), scope)
    return Owed(lines, first.waits_open, first.first_rung, first.highest)


def open_waits(session: Session, scope: str, limit: int = SHOWN_WAITS) -> tuple[tuple[WaitLine, ...], int]:
    """The most urgent open waits of a scope, and how many are open in all."""
    condition = (col(Wait.scope) == scope, col(Wait.closed_at).is_(None))
    total = session.exec(select(func.count()).select_from(Wait).where(*condition)).one()
    return _by_itself(session, wait_lines(session, *condition, limit=limit), scope), total


def _by_itself(session: Session, lines: tuple[WaitLine, ...], scope: str) -> tuple[WaitLine, ...]:
    """The same, with the reveals marked that the service makes for a department."""
    if all(line.kind != WaitKind.REVEAL for line in lines):
        return lines
    kept = kept_by_service(session, scope.removeprefix("joint-task/"))
    return tuple(
        line.model_copy(update={"by_itself": True})
        if line.kind == WaitKind.REVEAL and line.department in kept
        else line
        for line in lines
    )


def wait_lines(session: Session, *condition: ColumnElement[bool], limit: int) -> tuple[WaitLine, ...]:
    """Waits of many cases as people see them, the most urgent first, each with the case that it belongs to."""
    rows = session.execute(_LINES.where(*condition).limit(limit)).all()
    lines = _in_words(session, rows)
    return tuple(line.model_copy(update={"scope": row.scope}) for line, row in zip(lines, rows, strict=True))


def _in_words(session: Session, rows: Sequence[Row[Any]]) -> tuple[WaitLine, ...]:
    """Rows of `_LINES` as messages, with the words and commands of those that speak of a case of their own."""
    said = told(session, [row for row in rows if not is_told_by_itself(row)], named=False)
    lines = []
    for row in rows:
        line, own = wait_line(row, row, row.name), said.get(row.id)
        lines.append(line.model_copy(update={"what": own.what, "command": own.command}) if own else line)
    return tuple(lines)


def wait_line(wait: Wait | Row[Any], deadline: Deadline | Row[Any], name: str) -> WaitLine:
    """A wait of the department of that name; objects or rows of `_LINES`."""
    return WaitLine(
        id=wait.id,
        department=wait.department,
        name=name,
        role=wait.role.value,
        kind=wait.kind,
        stage=wait.stage,
        open=wait.open,
        total=wait.total,
        since=wait.opened_at,
        due=deadline.due,
        next_rung=deadline.next_rung,
        level=wait.level,
        provisional=deadline.provisional,
        suspended=deadline.suspended,
    )


def next_rung(session: Session, scope: str) -> datetime | None:
    """The earliest next rung of all open waits of a scope: the one timer's moment."""
    return session.exec(
        select(Deadline.next_rung)
        .join(Wait, col(Wait.id) == col(Deadline.wait))
        .where(
            col(Wait.scope) == scope,
            col(Wait.closed_at).is_(None),
            LIVING,
            col(Deadline.next_rung).is_not(None),
        )
        .order_by(col(Deadline.next_rung))
        .limit(1)
    ).first()


def _enter(clocks: Clocks, task: JointTask, parts: list[TakingPart], stage: Stage) -> None:
    task.stage, task.stage_since = stage, clocks.now
    for part in parts:
        part.stage, part.stage_since = stage, clocks.now


def _advance_parts(clocks: Clocks, parts: list[TakingPart]) -> None:
    for part in parts:
        stage = branch_stage(
            subjects=part.subjects,
            matched=part.matched,
            visited=part.visited,
            receipted=part.receipted,
            published=part.published,
        )
        if part.match_run == 0:
            stage = Stage.MATCH
        if stage is Stage.FOLLOW_UP:
            stage = _follow_up(clocks, part)
        if stage is not part.stage:
            part.stage, part.stage_since = stage, clocks.now


def _follow_up(clocks: Clocks, part: TakingPart) -> Stage:
    """Stage 8 of one department: its summary, its disposals, a supplement where they ended after it."""
    if part.summaries == 0:
        open_summary(clocks, part)
    if part.disposals_open or part.summaries_open:
        return Stage.FOLLOW_UP
    if part.untold or (part.disposals and _open_at_summary(clocks.session, part)):
        open_summary(clocks, part)
        return Stage.FOLLOW_UP
    return Stage.OVER


def _open_at_summary(session: Session, part: TakingPart) -> bool:
    """Whether disposals were still open when the newest summary was made."""
    newest = session.get_one(Summary, (part.task, part.department, part.summaries))
    return newest.disposals_open > 0


def _close(clocks: Clocks, task: JointTask) -> None:
    task.status, task.closed_at = TaskStatus.CLOSED, clocks.now
    declare_task(clocks.session, task, "closed", clocks.now)
    audit.record(clocks.session, audit.task_chain(task.id), "task.closed", at=clocks.now)


def _act(session: Session, task_id: str, stage: Stage, number: int | None, *, over: bool) -> ActProgress:
    """What the machine has to do next for the newest draw act, and what people should know of it."""
    if (number is None or over) and stage is not Stage.DRAW:
        return ActProgress(number=number or 0)
    act = session.get_one(DrawAct, (task_id, number)) if number is not None else None
    course = course_of(session, task_id, number or 1)
    notes = notes_of(session, task_id, stage, act, course)
    if act is None or over:
        return ActProgress(number=number or 0, notes=notes)
    if course.step(ActStep.FIXED) is not None:
        ready = course.settled and (len(course.opened_links) < CONTRIBUTIONS or not course.awaits_value(act))
        return ActProgress(number=act.number, to_draw=ready, notes=notes)
    to_fix = course.step(ActStep.APPROVED) is not None and _may_fix(session, task_id, act.number)
    return ActProgress(number=act.number, to_fix=to_fix, notes=notes)


def _may_fix(session: Session, task_id: str, act: int) -> bool:
    """Whether all have committed and no register is half loaded."""
    task = session.get_one(JointTask, task_id)
    committed = set(chains(session, task_id, act))
    return committed >= set(contributors(session, task, act)) and not held(session, task, act)


def _branch(row: Row[Any]) -> BranchProgress:
    return BranchProgress(
        department=row.department,
        name=row.department_name,
        initiator=row.part is Part.INITIATOR,
        claim=row.claim,
        stage=row.part_stage,
        since=row.part_since,
        to_match=row.part_stage >= Stage.MATCH and row.match_run < row.match_asked,
        **{name: getattr(row, name) for name in _COUNTS},
    )
