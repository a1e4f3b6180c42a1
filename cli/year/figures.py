"""A year's figures, counted by SQL from the rows that everything else reads (年度模拟数据)."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlmodel import Session, col, func, select

from activities.clocks.waits import Clocks
from activities.plans.rounds import year_of
from activities.plans.rows import rows_in_force
from cli.demo.play import OFFICE
from cli.year.incidents import counted
from models.organisation import Department
from models.outcomes import Correction, Disposal
from models.plan import PlanDocument
from models.task import DrawnSubject, JointTask, Visit
from models.trail import Answer, Cause, Deadline, Notification, Outcome, RungFire, Submission, Wait
from rules.calendar import local_day
from rules.ladder import Rung, recipients
from rules.plan_rounds import LaunchMode, RoundState
from rules.roles import Role
from rules.stages import Stage, TaskStatus, VisitStage
from rules.waits import WaitKind

if TYPE_CHECKING:
    from cli.year.drive import Drive


Figures = dict[str, Any]
"""The report, of JSON values: the same in the same order for the same plan, year, seed and rows."""


@dataclass(frozen=True)
class Ended:
    """One clock of the year as it ended, or stands."""

    task: str
    stage: Stage
    department: str
    late: bool
    escalated: bool


def figures_of(year: int, seed: int, drive: "Drive", running: int) -> Figures:
    """Everything that the report tells; `running` is how many workflows the engine has not ended."""
    from cli.year.drive import unfinished  # noqa: PLC0415 - the drive makes these figures at its end

    def count(session: Session) -> Figures:
        now = drive.scene.clock.now
        clocks = clocks_of(session, Clocks(session, OFFICE, now))
        rounds = rounds_of(session, drive.scene.document, now)
        open_ = unfinished(session) | {"workflows": running}
        return {
            "plan": drive.scene.document,
            "year": year,
            "seed": seed,
            **tasks_of(session, clocks),
            "lost": sum(open_.values()) + rounds["unrecorded"],
            "unfinished": open_,
            "rounds": rounds,
            "by_stage": by_stage(clocks),
            "by_department": by_department(session, clocks),
            "rungs": rungs_of(session),
            "notices": _number(session, Notification),
            "messages": messages_of(session),
            "subjects": subjects_of(session),
            "disposals": disposals_of(session),
            "corrections": _number(session, Correction),
            "befallen": counted(drive.scene.incidents.values()),
            "settled": [one.view() for one in drive.settled],
            "calendar": drive.arrival | {"deadlines_renewed": _renewed(session, Cause.CALENDAR)},
            "clocks_moved": {
                cause.label: _renewed(session, cause) for cause in Cause if cause is not Cause.OPENED
            },
        }

    return drive.scene.read(count)


def clocks_of(session: Session, clocks: Clocks) -> list[Ended]:
    """Every wait of a task, and of a round before its launch, with how its clock ended."""
    fired: dict[str, set[str]] = defaultdict(set)
    rows = session.exec(
        select(Deadline.wait, RungFire.rung)
        .join(RungFire, col(RungFire.deadline) == col(Deadline.id))
        .where(col(RungFire.merged).is_(False))
    )
    for clock, rung in rows:
        fired[clock].add(rung)
    found = []
    statement = (
        select(Wait, Deadline)
        .join(Deadline, (col(Deadline.wait) == col(Wait.id)) & col(Deadline.current).is_(True))
        .order_by(col(Wait.key))
    )
    for wait, deadline in session.exec(statement):
        beyond = {rung.name for rung in clocks.ladder(wait, deadline) if goes_beyond(rung, wait.role)}
        found.append(
            Ended(
                task=wait.task or _launched_by(session, wait),
                stage=Stage(wait.stage),
                department=wait.department,
                late=wait.closed_at is None or wait.closed_at > deadline.due,
                escalated=bool(fired[wait.id] & beyond),
            )
        )
    return found


def goes_beyond(rung: Rung, owner: Role) -> bool:
    """Whether a rung tells anybody but whoever owes it: what a head owes has not gone further by telling the head."""
    told = {*recipients(rung, owner), *([Role.OFFICE] if rung.office else [])}
    return bool(told - {owner})


def tasks_of(session: Session, clocks: list[Ended]) -> dict[str, int]:
    """Tasks by how their clocks ended: on time where all did, escalated where one went beyond its owner."""
    tasks = session.exec(select(JointTask)).all()
    late = {one.task for one in clocks if one.late}
    escalated = {one.task for one in clocks if one.escalated}
    return {
        "tasks": len(tasks),
        "on_time": sum(task.id not in late for task in tasks),
        "late": sum(task.id in late for task in tasks),
        "escalated": sum(task.id in escalated for task in tasks),
        "closed": sum(task.status is TaskStatus.CLOSED for task in tasks),
        "cancelled": sum(task.status is TaskStatus.CANCELLED for task in tasks),
    }


def by_stage(clocks: list[Ended]) -> dict[str, dict[str, int]]:
    """Clocks by the stage of what was owed."""
    stages = sorted({one.stage for one in clocks if one.task})
    return {
        f"{int(stage)} {stage.label}": _clock_counts(
            [one for one in clocks if one.task and one.stage is stage]
        )
        for stage in stages
    }


def by_department(session: Session, clocks: list[Ended]) -> dict[str, dict[str, int]]:
    """Clocks, and the tasks that they belong to, by who owed."""
    names = {row.id: row.name for row in session.exec(select(Department))}
    found = {}
    for department in sorted({one.department for one in clocks if one.task}):
        own = [one for one in clocks if one.task and one.department == department]
        found[names[department]] = {"tasks": len({one.task for one in own}), **_clock_counts(own)}
    return found


def rounds_of(session: Session, document: str, now: Any) -> dict[str, int]:
    """The rounds that this office owed: launched, on record as omitted, and neither."""
    plan = session.get_one(PlanDocument, document)
    counts: Counter[str] = Counter()
    watched = 0
    for row in rows_in_force(session, document, plan.version):
        year = year_of(session, plan, row.seq, local_day(now))
        if year.mode is LaunchMode.WATCHED:
            watched += 1
            continue
        for _, state in year.rounds:
            counts["due"] += state is not RoundState.BEFORE
            counts["done"] += state is RoundState.LAUNCHED
            counts["omitted"] += state is RoundState.OMITTED
    return {
        "due": counts["due"],
        "done": counts["done"],
        "omitted": counts["omitted"],
        "unrecorded": counts["due"] - counts["done"] - counts["omitted"],
        "rows_watched": watched,
    }


def rungs_of(session: Session) -> dict[str, int]:
    """Rungs fired, by name."""
    rows = session.exec(
        select(RungFire.rung, func.count())
        .where(col(RungFire.merged).is_(False))
        .group_by(col(RungFire.rung))
        .order_by(col(RungFire.rung))
    )
    return dict(rows.all())


def messages_of(session: Session) -> dict[str, int]:
    """Papers that people filed, and what became of them."""
    accepted = session.exec(
        select(func.count()).select_from(Answer).where(col(Answer.outcome) == Outcome.ACCEPTED)
    ).one()
    answered = _number(session, Answer)
    return {"filed": _number(session, Submission), "accepted": accepted, "refused": answered - accepted}


def subjects_of(session: Session) -> dict[str, int]:
    """Subjects drawn, and visits by department that ended with a published result."""
    published = session.exec(
        select(func.count()).select_from(Visit).where(col(Visit.stage) == VisitStage.PUBLISHED)
    ).one()
    return {
        "drawn": _number(session, DrawnSubject),
        "visits": _number(session, Visit),
        "published": published,
    }


def disposals_of(session: Session) -> dict[str, Any]:
    """Disposals by kind, with their outcomes and what is open."""
    rows = session.exec(select(Disposal)).all()
    kinds = {}
    for kind in sorted({row.kind for row in rows}):
        own = [row for row in rows if row.kind is kind]
        outcomes = Counter(row.outcome or "open" for row in own)
        kinds[kind.label] = {
            "opened": len(own),
            "open": sum(row.closed_at is None for row in own),
            "outcomes": dict(sorted(outcomes.items())),
        }
    return {"by_kind": kinds, "opened": len(rows), "open": sum(row.closed_at is None for row in rows)}


def _clock_counts(clocks: list[Ended]) -> dict[str, int]:
    return {
        "clocks": len(clocks),
        "late": sum(one.late for one in clocks),
        "escalated": sum(one.escalated for one in clocks),
    }


def _launched_by(session: Session, wait: Wait) -> str:
    """The task that a round's window ended with; "" for what belongs to none (a report, a round omitted)."""
    if wait.kind != WaitKind.WINDOW:
        return ""
    document, seq, number = wait.opened_by.rsplit("/", 2)
    tasks = session.exec(
        select(JointTask.id).where(
            col(JointTask.document) == document,
            col(JointTask.seq) == seq,
            col(JointTask.round) == int(number),
        )
    ).all()
    return tasks[0] if tasks else ""


def _renewed(session: Session, cause: Cause) -> int:
    return session.exec(select(func.count()).select_from(Deadline).where(col(Deadline.cause) == cause)).one()


def _number(session: Session, table: type) -> int:
    return session.exec(select(func.count()).select_from(table)).one()
