"""What was ended by mistake goes on: a visit that was closed on a wrong fact, and its task (恢复检查)."""

from datetime import date, timedelta

from sqlmodel import Session, col, func, select

from activities.clocks.moving import move_clock
from activities.clocks.reckoning import Terms
from activities.desk.notices import notify
from activities.exchange.declaring import REOPENED, declare_task
from activities.papers.docket import Docket
from activities.results.figures import category_counts, of_part
from activities.results.passage import move, visit_terms
from activities.waking import wake
from models.outcomes import Summary
from models.papers import CloseVisits
from models.retractions import Retraction
from models.task import Assignment, TakingPart, Visit
from models.trail import Answer, Cause, Outcome, Submission, Suspension
from rules.calendar import local_day
from rules.roles import Role
from rules.stages import TaskStatus, VisitStage
from rules.waits import WaitKind

_DAY = timedelta(days=1)


def reopen_task(docket: Docket, why: str) -> None:
    """A task that had ended runs again until what came up since has ended too; a cancelled one stays cancelled."""
    task = docket.any_task
    if task.status is not TaskStatus.CLOSED:
        return
    task.status, task.closed_at = TaskStatus.OPEN, None
    declare_task(docket.session, task, REOPENED, docket.now)
    docket.audit("task.reopened", why=why)
    tell_task(docket, "reopened")


def tell_task(docket: Docket, event: str) -> None:
    """Its rows were changed from another case: a task that runs re-reads them, one that had ended is started."""
    task = docket.any_task.id
    wake(docket.session, f"joint-task/{task}", event, source=task, now=docket.now, start="JointTaskWorkflow")


def supplement_owed(docket: Docket, part: TakingPart, why: str) -> None:
    """What was corrected after a table: where the table's figures are not true any more, its supplement falls due.

    Of its figures a correction can change the categories alone; the finding's words and the day are in none.
    """
    if docket.any_task.status is TaskStatus.CANCELLED or part.summaries == 0:
        return
    session = docket.session
    session.flush()
    newest = session.get_one(Summary, (part.task, part.department, part.summaries))
    if newest.content is None:
        return  # Not submitted yet: its figures are counted when it is.
    if newest.content["categories"] == category_counts(session, of_part(part.task, part.department)):
        return
    part.untold = True
    if docket.any_task.status is TaskStatus.CLOSED:
        reopen_task(docket, why)
    else:
        tell_task(docket, "figures changed")


def reopen_visit(docket: Docket, part: TakingPart, visit: Visit, retraction: Retraction) -> None:
    """A visit returns to where it was when it was closed: to be matched, or to be entered with its own clock."""
    reopen_task(docket, f"visit {visit.id} reopened")
    part.subjects += 1
    part.untold = part.untold or part.summaries > 0
    visit.stage = VisitStage.UNMATCHED
    if visit.completed_on is None:
        if retraction.first_day is not None and retraction.last_day is not None:
            visit.first_day, visit.last_day = retraction.first_day, retraction.last_day
        if part.match_run:
            part.match_asked = part.match_run + 1
    else:
        _enter_again(docket, part, visit, closed_on(docket.session, visit) or docket.clocks.today)
    docket.audit("visit.reopened", visit=visit.id, stage=visit.stage.value)
    notify(
        docket.session,
        part.department,
        Role.HANDLER,
        key=f"{docket.by}/reopened",
        event="visit reopened",
        text=f"任务 {visit.task}：终止的检查已恢复（检查 {visit.id}，{visit.stage.label}），请继续办理："
        f"task show {visit.task}",
        now=docket.now,
        task=visit.task,
        urgent=True,
    )
    tell_task(docket, "visit reopened")


def closed_on(session: Session, visit: Visit) -> date | None:
    """The day on which the unit closed a visit, for the last time."""
    rows = session.exec(
        select(Submission, Answer.answered_at)
        .join(Answer, col(Answer.submission) == col(Submission.id))
        .where(
            col(Submission.target) == f"joint-task/{visit.task}",
            col(Submission.kind) == CloseVisits.kind,
            col(Answer.outcome) == Outcome.ACCEPTED,
        )
        .order_by(col(Answer.answered_at).desc())
    )
    return next((local_day(at) for paper, at in rows if visit.id in paper.content["visits"]), None)


def _enter_again(docket: Docket, part: TakingPart, visit: Visit, closed: date) -> None:
    """The results of a check that was made: its clock stood still while nobody could enter them."""
    clocks, by = docket.clocks, docket.by
    _same_officers(docket.session, visit)
    move(clocks, part, [visit], VisitStage.VISITED if visit.cycle == 1 else VisitStage.RETURNED, by=by)
    wait = clocks.open(
        WaitKind.ENTRY,
        key=f"{visit.task}/{WaitKind.ENTRY.value}/{visit.department}/{by}",
        scope=f"joint-task/{visit.task}",
        task=visit.task,
        department=visit.department,
        opened_by=by,
        cycle=visit.cycle,
        terms=visit_terms(clocks, visit),
        clock=visit.clock,
    )
    visit.wait = wait.id
    if closed < clocks.today:
        last = clocks.today - _DAY
        row = Suspension(
            wait=wait.id, from_day=closed, to_day=last, reason="终止检查期间（已恢复检查）", submission=by
        )
        docket.session.add(row)
        docket.session.flush()
        move_clock(clocks, wait, Terms.of(clocks.deadline(wait)), Cause.RESUMED)


def _same_officers(session: Session, visit: Visit) -> None:
    """Those who made the check, by the last run of the match, are its officers again."""
    last = select(func.max(Assignment.run)).where(col(Assignment.visit) == visit.id).scalar_subquery()
    for one in session.exec(
        select(Assignment).where(col(Assignment.visit) == visit.id, col(Assignment.run) == last)
    ):
        one.current = True
