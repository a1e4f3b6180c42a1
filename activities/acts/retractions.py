"""Taking back what was put on record wrongly: facts about a subject, and evidence (撤回对象情况、证据)."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import String, cast
from sqlmodel import Session, col, func, select

from activities.acts.preparation import FARTHEST
from activities.papers.docket import Docket
from activities.papers.rulings import Target, ruling
from activities.results.corrected import standing_categories
from activities.results.reopening import reopen_visit
from models.evidence import Evidence, SubjectFinding
from models.outcomes import Publication, Result, Verdict, YearlyReport
from models.papers import RetractEvidence, RetractFacts, SignCorrection
from models.retractions import RetractedGround, Retraction, RetractionDecision, RetractionKind
from models.task import Visit
from rules.policy import PolicyKey
from rules.refusal import Refusal
from rules.results import Category, SubjectFact
from rules.roles import Role
from rules.stages import VisitStage
from rules.waits import WaitKind

_SAID = frozenset({VisitStage.SUBMITTED, VisitStage.APPROVED, VisitStage.RECEIPTED, VisitStage.PUBLISHED})
RETRACTED = select(RetractedGround.ground)
"""The facts and evidence that count no more, by id."""


@ruling(Target.CORRECTION, RetractFacts, Role.HANDLER, Role.OFFICER)
def retract_facts(docket: Docket, paper: RetractFacts) -> None:
    """Ask to take back facts; at any time, for a task may have ended with a check that was never made."""
    visit = _visit(docket, paper.visit, paper.number)
    rows = _living(docket.session, SubjectFinding, visit, paper.facts)
    _check_letters(docket, visit, rows)
    if not reopens(docket, visit, paper.facts):
        if paper.first_day or paper.last_day:
            raise Refusal("PeriodNotNeeded", "撤回后不恢复检查，不必写检查时段，请删去 --from、--to")
    elif visit.completed_on is None:
        _check_period(docket.clocks.today, visit, paper.first_day, paper.last_day)
    _ask(
        docket,
        visit,
        Retraction(
            id=docket.case,
            visit=visit.id,
            number=paper.number,
            kind=RetractionKind.FACT,
            grounds=list(paper.facts),
            first_day=paper.first_day,
            last_day=paper.last_day,
            reason=paper.reason,
            submission=docket.by,
        ),
    )


@ruling(Target.CORRECTION, RetractEvidence, Role.HANDLER, Role.OFFICER)
def retract_evidence(docket: Docket, paper: RetractEvidence) -> None:
    """Ask to take back evidence of one visit; at any time, also under results that are locked."""
    visit = _visit(docket, paper.visit, paper.number)
    _living(docket.session, Evidence, visit, paper.evidence)
    _ask(
        docket,
        visit,
        Retraction(
            id=docket.case,
            visit=visit.id,
            number=paper.number,
            kind=RetractionKind.EVIDENCE,
            grounds=list(paper.evidence),
            erase=paper.erase,
            reason=paper.reason,
            submission=docket.by,
        ),
    )


def decide(docket: Docket, retraction: Retraction, visit: Visit, paper: SignCorrection) -> None:
    """The head signs: what is taken back counts no more, and its rows stay; or refuses, and nothing changes."""
    session = docket.session
    session.add(
        RetractionDecision(
            retraction=retraction.id,
            verdict=Verdict.APPROVED if paper.sign else Verdict.RETURNED,
            reason=paper.reason,
            submission=docket.by,
        )
    )
    docket.clocks.settle_scope(f"correction/{retraction.id}", by=docket.by)
    if not paper.sign:
        return
    facts = retraction.kind is RetractionKind.FACT
    if facts:
        _check_letters(docket, visit, _living(session, SubjectFinding, visit, retraction.grounds))
    back = facts and reopens(docket, visit, retraction.grounds)
    if back and visit.completed_on is None:
        _check_period(docket.clocks.today, visit, retraction.first_day, retraction.last_day)
    for ground in retraction.grounds:
        session.add(RetractedGround(ground=ground, retraction=retraction.id))
    session.flush()
    docket.audit("ground.retracted", what=retraction.kind.value, grounds=retraction.grounds)
    if back:
        reopen_visit(docket, docket.part(), visit, retraction)
    docket.data = {"reopened": back} if facts else {"erase": retraction.erase}


def reopens(docket: Docket, visit: Visit, facts: Sequence[str]) -> bool:
    """Whether a visit was closed on these facts alone: what else would close it, keeps it closed."""
    if visit.stage is not VisitStage.EXEMPT or visit.facts.get("recognised"):
        return False
    allowed = docket.clocks.policies.value(PolicyKey.CLOSING_FACTS, docket.department)
    standing = docket.session.exec(
        select(SubjectFinding).where(
            col(SubjectFinding.visit) == visit.id, col(SubjectFinding.id).not_in(RETRACTED)
        )
    )
    left = {row.id for row in standing if row.fact.value in allowed} - set(facts)
    return not left


def erasable(session: Session, visits: Sequence[str]) -> list[str]:
    """The hashes whose content must not be kept, of these visits, and which nothing else on record rests on."""
    wanted = select(Evidence.sha256).where(
        col(Evidence.visit).in_(visits),
        col(Evidence.id).in_(
            select(RetractedGround.ground)
            .join(Retraction, col(Retraction.id) == col(RetractedGround.retraction))
            .where(col(Retraction.erase).is_(True))
        ),
    )
    return sorted(one for one in set(session.exec(wanted)) if not _needed(session, one))


def _needed(session: Session, sha256: str) -> bool:
    living = select(Evidence.id).where(col(Evidence.sha256) == sha256, col(Evidence.id).not_in(RETRACTED))
    proof = select(Publication.id).where(cast(col(Publication.proof), String).contains(sha256))
    report = select(YearlyReport.number).where(col(YearlyReport.file_sha256) == sha256)
    return any(session.exec(one.limit(1)).first() is not None for one in (living, proof, report))


def _visit(docket: Docket, visit_id: str, number: int) -> Visit:
    """The acting department's visit, of which no other retraction waits for the head."""
    session = docket.session
    if docket.case != f"{visit_id}/{number}":
        raise Refusal("CaseUnknown", f"撤回编号须为 {visit_id}/{number}，请更正")
    visit = session.get_one(Visit, visit_id)
    if docket.standing_task.id != visit.task or visit.department != docket.department:
        raise Refusal("NotOwnRecord", "只能撤回本部门登记的情况和证据（谁检查、谁录入），请由登记部门办理")
    known = session.exec(select(func.count()).where(col(Retraction.visit) == visit_id)).one()
    if number != known + 1:
        raise Refusal("RetractionNumber", f"该户已有{known}次撤回申请，本次编号须为{known + 1}")
    if known and session.get(RetractionDecision, f"{visit_id}/{known}") is None:
        raise Refusal(
            "RetractionPending",
            f"该户第{known}次撤回尚待主要负责人签字，请先办理：result sign {visit_id}/{known}",
        )
    return visit


def _living(session: Session, model: type[Any], visit: Visit, ids: Sequence[str]) -> list[Any]:
    """The rows of a visit by id; refuses those that are not its own, or were taken back before."""
    rows = session.exec(select(model).where(model.visit == visit.id, model.id.in_(ids))).all()
    if unknown := sorted(set(ids) - {row.id for row in rows}):
        where = "result fact list" if model is SubjectFinding else "result evidence list"
        raise Refusal("GroundUnknown", f"该户没有登记 {'、'.join(unknown[:5])}，请核对编号（{where}）")
    gone = set(session.exec(RETRACTED.where(col(RetractedGround.ground).in_(ids))))
    if gone:
        raise Refusal("AlreadyRetracted", f"{'、'.join(sorted(gone)[:5])} 已经撤回，无须再办")
    return list(rows)


def _check_letters(docket: Docket, visit: Visit, facts: Sequence[SubjectFinding]) -> None:
    """A result of 无法联系 rests on its letters: it is returned, or corrected, before they are taken back."""
    session = docket.session
    if visit.stage not in _SAID or all(one.fact is not SubjectFact.UNREACHABLE for one in facts):
        return
    others = select(SubjectFinding.id).where(
        col(SubjectFinding.visit) == visit.id,
        col(SubjectFinding.fact) == SubjectFact.UNREACHABLE,
        col(SubjectFinding.id).not_in([one.id for one in facts]),
        col(SubjectFinding.id).not_in(RETRACTED),
    )
    if session.exec(others).first() is not None:
        return
    results = session.exec(
        select(Result).where(col(Result.visit) == visit.id, col(Result.cycle) == visit.cycle)
    )
    resting = [one.id for one in results if Category.UNREACHABLE in standing_categories(session, one)]
    if resting:
        way = (
            "请先由审批人退回（result return）"
            if visit.stage is VisitStage.SUBMITTED
            else f"请先更正并签字（result correct {resting[0]}）"
        )
        raise Refusal("ResultRests", f"该户的结果“{Category.UNREACHABLE.label}”以此情况为依据，{way}再撤回")


def _check_period(today: date, visit: Visit, first: date | None, last: date | None) -> None:
    """A check that was never made needs a period that is still ahead."""
    if (first is None) != (last is None):
        raise Refusal("PeriodIncomplete", "新的检查时段须同时写明起始日和截止日（--from、--to）")
    if first is None and visit.last_day < today:
        raise Refusal("PeriodPast", f"原检查时段已于{visit.last_day}结束，请写明新的检查时段（--from、--to）")
    if first is not None and last is not None and not max(first, today) <= last <= today + FARTHEST:
        raise Refusal(
            "PeriodPast", f"新的检查时段须不早于今日、在{FARTHEST.days}天之内，且截止日不早于起始日，请更正"
        )


def _ask(docket: Docket, visit: Visit, retraction: Retraction) -> None:
    docket.session.add(retraction)
    docket.session.flush()
    docket.clocks.open(
        WaitKind.SIGN,
        key=f"correction/{docket.case}/sign",
        scope=f"correction/{docket.case}",
        task=visit.task,
        department=docket.department,
        opened_by=docket.by,
    )
