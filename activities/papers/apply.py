"""The one place that rules on papers: all in one transaction, each with its answer and its audit event."""

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any, TypeVar

import structlog
from pydantic import ValidationError
from sqlalchemy import bindparam
from sqlmodel import Session, col, select

import activities.acts  # noqa: F401 - registers the rulings
from activities import audit
from activities.authority import Holding, Holdings, check_person, check_role, holdings_of
from activities.papers.docket import Docket
from activities.papers.rulings import RULINGS, Rule, Target
from activities.papers.sittings import Case, Sitting
from activities.papers.submissions import task_behind
from activities.progress import advance
from adapters.database import Database
from models.messages import AnswerSlip, ApplyRequest
from models.organisation import Department, Office
from models.outcomes import Disposal
from models.papers import Paper
from models.task import JointTask, TakingPart
from models.trail import Answer, AuditHead, Outcome, Submission
from rules.calendar import local_day
from rules.refusal import Refusal

log = structlog.get_logger(__name__)

TOGETHER = 50
"""Papers of one sitting: enough that their common reads cost little, few enough to be ruled on twice."""

T = TypeVar("T")
_WAITING = (
    select(Submission)
    .outerjoin(Answer, col(Answer.submission) == col(Submission.id))
    .where(col(Submission.target) == bindparam("target"), col(Answer.submission).is_(None))
    .order_by(col(Submission.filed_at), col(Submission.id))
)
_CASE = (
    select(JointTask, AuditHead, TakingPart)
    .select_from(JointTask)
    .join(AuditHead, col(AuditHead.chain) == bindparam("chain"))
    .join(TakingPart, col(TakingPart.task) == col(JointTask.id))
    .where(col(JointTask.id) == bindparam("task"))
    .with_for_update()
    .execution_options(populate_existing=True)
)
"""A task with its chain and parts. All three are locked: of a row that is only read beside one that is waited
for, PostgreSQL gives the state from before the wait."""


def apply_request(
    database: Database, request: ApplyRequest, read: Callable[[Session], T]
) -> tuple[tuple[AnswerSlip, ...], T]:
    """Rule on all papers of a request in one transaction, and read where its case stands then.

    Few papers are refused: all are ruled on without savepoints first. Where one is refused nothing of
    that is kept, and a second transaction rules on them with a savepoint for each.
    """
    try:
        return _apply(database, request, read, savepoints=False)
    except Refusal as refusal:
        log.info("ruled on again with savepoints", target=request.target, type=refusal.type)
    return _apply(database, request, read, savepoints=True)


def _apply(
    database: Database, request: ApplyRequest, read: Callable[[Session], T], *, savepoints: bool
) -> tuple[tuple[AnswerSlip, ...], T]:
    with database.write() as session:
        named = request.submissions
        answers = apply_waiting(session, request.target, request.now, named, savepoints=savepoints)
        return tuple(answers), read(session)


def apply_waiting(
    session: Session,
    target: str,
    now: datetime,
    named: Sequence[str] = (),
    *,
    savepoints: bool = True,
) -> list[AnswerSlip]:
    """Rule on every filed paper of a target that has no answer yet, in order of filing.

    Named submissions that have their answer already are answered from its row: a repeat changes nothing.
    Without `savepoints` a refusal is raised, and the transaction must be given up.
    """
    waiting = session.exec(_WAITING, params={"target": target}).all()
    answers = _rule_all(session, waiting, now, savepoints=savepoints) if waiting else []
    given = set(named) - {row.submission for row in answers}
    if given:
        answers += session.exec(select(Answer).where(col(Answer.submission).in_(given))).all()
    # A number under which nothing was filed gets no row, but an answer: its sender would hold up the end.
    unknown = set(named) - {row.submission for row in answers}
    silent = {one.id: {"kind": one.kind, "actor": one.actor} for one in waiting if one.id not in named}
    return [
        AnswerSlip(
            submission=row.submission,
            outcome=row.outcome.value,
            type=row.type,
            **silent.get(row.submission, {}),
        )
        for row in answers
    ] + [
        AnswerSlip(submission=one, outcome=Outcome.REFUSED.value, type="SubmissionUnknown")
        for one in sorted(unknown)
    ]


def rule_on(session: Session, submission: Submission, now: datetime) -> Answer:
    """Rule on one paper: its effects, or its refusal, with the answer's row and the audit event."""
    try:
        _rule_for(submission)
        case = _open_case(session, submission.target)
        with session.begin_nested():
            return _rule(session, case, (submission,), now)[0]
    except Refusal as refusal:
        return refuse(session, submission, refusal, now)


def _rule_all(
    session: Session, waiting: Sequence[Submission], now: datetime, *, savepoints: bool
) -> list[Answer]:
    """Rule on the papers of one target; its case is locked once, outside the savepoints of the rulings."""
    try:
        case = _open_case(session, waiting[0].target)
    except Refusal:
        return [rule_on(session, one, now) for one in waiting]
    rule = _rule_together if savepoints else _rule
    return [answer for papers in _sittings(waiting) for answer in rule(session, case, papers, now)]


def _sittings(waiting: Sequence[Submission]) -> Iterator[list[Submission]]:
    """The papers in order of filing, neighbours of one kind that may be ruled on together in one group."""
    for kind, group in groupby(waiting, key=lambda one: one.kind):
        rule = RULINGS.get(kind)
        papers, size = list(group), TOGETHER if rule is not None and rule.together else 1
        yield from (papers[start : start + size] for start in range(0, len(papers), size))


def _rule_together(session: Session, case: Case, papers: Sequence[Submission], now: datetime) -> list[Answer]:
    """Rule on papers in one savepoint; where one is refused, on each in its own: the others lose nothing."""
    try:
        with session.begin_nested():
            return _rule(session, case, papers, now)
    except Refusal as refusal:
        if len(papers) == 1:
            return [refuse(session, papers[0], refusal, now)]
        log.info("ruled on one by one", papers=len(papers))
    return [answer for one in papers for answer in _rule_together(session, case, (one,), now)]


def _rule(session: Session, case: Case, papers: Sequence[Submission], now: datetime) -> list[Answer]:
    """The effects of papers of one kind to one target, with their answers: all of them, or a refusal."""
    sitting = Sitting(session, now, case)
    dockets = [Docket(sitting, one) for one in papers]
    rule = _rule_for(papers[0])
    held = holdings_of(session, {one.actor for one in papers}, local_day(now))
    read = [(docket, _read(docket, rule, held)) for docket in dockets]
    sitting.visits([visit for _, paper in read for visit in paper.visits_named])
    for docket, paper in read:
        rule.act(docket, paper)
        docket.audit(docket.submission.kind)
    answers = [
        Answer(
            submission=docket.by,
            outcome=Outcome.ACCEPTED,
            type="Accepted",
            data=docket.data,
            answered_at=now,
        )
        for docket in dockets
    ]
    sitting.insert(Answer, (one.model_dump() for one in answers))
    if sitting.case.task is not None:
        advance(sitting.clocks, sitting.case.task, tuple(sitting.case.parts.values()))
    sitting.write()
    return answers


def refuse(session: Session, submission: Submission, refusal: Refusal, now: datetime) -> Answer:
    """Store a refusal as the paper's answer, audited: nobody is turned away without a trace."""
    answer = Answer(
        submission=submission.id,
        outcome=Outcome.REFUSED,
        type=refusal.type,
        words=refusal.words,
        answered_at=now,
    )
    session.add(answer)
    audit.record(
        session,
        submission.chain,
        f"refused:{submission.kind}",
        at=now,
        actor=submission.actor,
        acting_for=submission.acting_for,
        role=submission.role.value,
        department=submission.department,
        detail={"submission": submission.id, "sha256": submission.sha256, "type": refusal.type},
    )
    log.info("paper refused", kind=submission.kind, type=refusal.type, submission=submission.id)
    return answer


def _rule_for(submission: Submission) -> Rule:
    """The rule on a paper's kind."""
    rule = RULINGS.get(submission.kind)
    if rule is None or submission.target.partition("/")[0] not in rule.targets:
        raise Refusal("KindUnknown", f"{submission.target} 不受理“{submission.kind}”，请核对收文对象")
    return rule


def _read(docket: Docket, rule: Rule, held: Holdings) -> Paper:
    """The paper; refused where who files it may not, or it cannot be read."""
    submission = docket.submission
    docket.hold_chain()
    check_person(
        docket.session,
        held,
        Holding(submission.actor, submission.role, submission.department, submission.acting_for),
        office=_actors_office(docket) if rule.from_above else docket.office,
    )
    check_role(rule.roles, submission.role)
    if _holds_nul(submission.content):
        raise Refusal("PaperInvalid", "文书中有不可见的控制字符，请删去后重新提交")
    try:
        return rule.paper.model_validate(submission.content)
    except ValidationError as error:
        fields = "、".join(sorted({".".join(str(part) for part in line["loc"]) for line in error.errors()}))
        raise Refusal("PaperInvalid", f"文书内容不合要求，请更正：{fields}") from None


def _actors_office(docket: Docket) -> str:
    """The parent office for its own people, else the case's."""
    parent = docket.session.get_one(Office, docket.office).parent
    body = docket.session.get(Department, docket.department)
    return parent if parent is not None and body is not None and body.office == parent else docket.office


def _holds_nul(content: Any) -> bool:
    """Whether a text in a paper holds NUL, which PostgreSQL's text columns refuse at every try."""
    # As JSON it reads so; a backslash that somebody typed before such digits is doubled there.
    return "\\u0000" in json.dumps(content).replace("\\\\", "")


def _open_case(session: Session, target: str) -> Case:
    """Find the case behind the target and lock it for this transaction; its office, and its task."""
    kind, _, case = target.partition("/")
    if kind == Target.OFFICE:
        if session.get(Office, case) is None:
            raise Refusal("OfficeUnknown", f"没有领导小组办公室 {case}，请核对编号")
        return Case(case)
    task_id: str | None = case
    if kind == Target.DISPOSAL:
        disposal = session.get(Disposal, case, with_for_update=True)
        task_id = disposal.task if disposal else None
    elif kind == Target.CORRECTION:
        task_id = task_behind(session, target)
    asked = {"task": task_id, "chain": audit.task_chain(task_id or "")}
    rows = session.exec(_CASE, params=asked).all()
    if not rows:
        raise Refusal("CaseUnknown", f"没有 {target}；可用 task list、disposal list 查看编号")
    task, head, _ = rows[0]
    return Case(task.office, task, {part.department: part for _, _, part in rows}, head)
