"""The activities of a disposal or correction: the same papers, waits and rungs in a scope of their own."""

from sqlalchemy import String, bindparam
from sqlalchemy import select as rows_of
from sqlmodel import Session, col, func, select
from temporalio import activity

from activities.clocks.rungs import fire_due
from activities.clocks.waits import Clocks
from activities.papers.apply import apply_request
from activities.papers.rulings import Target
from activities.papers.submissions import task_behind
from activities.progress import advance, owed_in
from adapters.database import Database
from models.messages import ApplyRequest, CaseApplied, CaseProgress, CaseStep
from models.outcomes import Correction, CorrectionDecision, Disposal, Publication, PublicationKind, Verdict
from models.retractions import Retraction, RetractionDecision
from models.task import JointTask
from models.trail import Outbox
from rules.disposal import STEPS, DisposalState, ended
from rules.disposal_todo import options, taken_by

_ID = bindparam("task", type_=String)
_TASK = rows_of(
    rows_of(col(JointTask.office)).where(col(JointTask.id) == _ID).scalar_subquery().label("office"),
    # What a courier has in hand is on its way; one that died leaves it to the sweep.
    rows_of(func.count())
    .select_from(Outbox)
    .where(col(Outbox.source) == _ID, col(Outbox.sent_at).is_(None), col(Outbox.taken_until).is_(None))
    .scalar_subquery()
    .label("unsent"),
)
"""The office of a case's task, and what was written for others in it; of no task where the case is not known."""


class CaseActivities:
    """A case's steps against one database."""

    def __init__(self, database: Database) -> None:
        self.database = database

    @activity.defn(name="read_case")
    def read_case(self, step: CaseStep) -> CaseProgress:
        """Where the case stands."""
        with self.database.read() as session:
            return read_case(session, step.target)

    @activity.defn(name="apply_case_papers")
    def apply_case_papers(self, request: ApplyRequest) -> CaseApplied:
        """Rule on all papers that wait for the case."""
        answers, progress = apply_request(
            self.database, request, lambda session: read_case(session, request.target)
        )
        return CaseApplied(answers=answers, progress=progress)

    @activity.defn(name="fire_case_rungs")
    def fire_case_rungs(self, step: CaseStep) -> CaseProgress:
        """Fire the rungs that are due, each once."""
        with self.database.write() as session:
            task = session.get_one(JointTask, task_of_case(session, step.target), with_for_update=True)
            clocks = Clocks(session, task.office, step.now)
            fire_due(clocks, step.target)
            advance(clocks, task)
            return read_case(session, step.target)


def task_of_case(session: Session, target: str) -> str:
    """The task that a disposal or correction belongs to; '' for one that is not known (yet)."""
    return task_behind(session, target) or ""


def read_case(session: Session, target: str) -> CaseProgress:
    """All that a case's workflow is told."""
    kind, case = target.split("/", 1)
    owed = owed_in(session, target)
    # Held on to: it is asked for three times below.
    disposal = session.get(Disposal, case) if kind == Target.DISPOSAL else None
    task = disposal.task if disposal is not None else task_of_case(session, target)
    label, state, closed = _correction(session, case) if disposal is None else _disposal(disposal)
    if disposal is not None and closed and owed.waits:
        # Its decision has fallen after it was closed: the withdrawal is still owed.
        state, closed = "待撤回公示", False
    about = session.execute(_TASK, {"task": task}).one()
    return CaseProgress(
        case=case,
        office=about.office or "",
        task=task,
        kind=kind,
        label=label,
        state=state,
        closed=closed,
        waits=owed.waits,
        level=owed.level,
        next_rung=owed.next_rung,
        outbox=about.unsent,
        steps=_steps(disposal) if disposal is not None and not closed else (),
    )


def _steps(row: Disposal) -> tuple[tuple[str, str], ...]:
    """Each open step as it is typed, and what it is called."""
    state, found = DisposalState(row.state), []
    for step in STEPS[row.kind].get(state, {}):
        by = f"（{taken_by(step)}）" if taken_by(step) else ""
        typed = f"{step.value}{options(row.kind, state, step, outside=bool(row.outside))}"
        found.append((typed, f"{step.label}{by}"))
    return tuple(found)


def _disposal(row: Disposal) -> tuple[str, str, bool]:
    state = DisposalState(row.state)
    if row.closed_at is None and ended(state):
        return row.kind.label, "待公示处置结果", False
    return row.kind.label, state.label, row.closed_at is not None


def _correction(session: Session, case: str) -> tuple[str, str, bool]:
    """A correction is over when it is published, refused by the head, or was never accepted."""
    if (retraction := session.get(Retraction, case)) is not None:
        return _retraction(session, retraction)
    if session.get(Correction, case) is None:
        return "更正", "未受理", True
    decision = session.get(CorrectionDecision, case)
    if decision is None:
        return "更正", "待主要负责人签字", False
    if decision.verdict is Verdict.RETURNED:
        return "更正", "主要负责人不同意", True
    published = session.exec(
        select(Publication.published_at).where(
            col(Publication.kind) == PublicationKind.CORRECTION, col(Publication.reference) == case
        )
    ).first()
    return ("更正", "待公示更正", False) if published is None else ("更正", "已公示", True)


def _retraction(session: Session, row: Retraction) -> tuple[str, str, bool]:
    """A retraction is over when the head has signed it, or refused to."""
    decision = session.get(RetractionDecision, row.id)
    if decision is None:
        return row.kind.label, "待主要负责人签字", False
    refused = decision.verdict is Verdict.RETURNED
    return row.kind.label, "主要负责人不同意" if refused else "已撤回", True
