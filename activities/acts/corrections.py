"""A correction of a locked result, signed by the head, both sides visible (更正)."""

from datetime import date

from sqlmodel import col, func, select

from activities.acts.retractions import decide
from activities.clocks.moving import anchor_corrected
from activities.desk.notices import notify
from activities.exchange.publishing import await_receipt
from activities.exchange.queueing import queue
from activities.papers.docket import Docket
from activities.papers.rulings import Target, ruling
from activities.results.corrected import last_signed
from activities.results.disposing import check_proposal, open_disposals
from activities.results.reopening import supplement_owed
from models.outcomes import Correction, CorrectionDecision, Disposal, PublicationKind, Result, Verdict
from models.papers import CorrectResult, ProposedDisposal, SignCorrection
from models.registers import Officer
from models.retractions import Retraction, RetractionDecision
from models.task import Visit
from models.trail import Submission
from rules.calendar import local_day
from rules.refusal import Refusal
from rules.results import PROBLEM_CATEGORIES, check_categories, check_followed_up
from rules.roles import Role
from rules.stages import VisitStage
from rules.waits import WaitKind

_LOCKED = frozenset({VisitStage.APPROVED, VisitStage.RECEIPTED, VisitStage.PUBLISHED})


@ruling(Target.CORRECTION, CorrectResult, Role.HANDLER, Role.OFFICER)
def correct(docket: Docket, paper: CorrectResult) -> None:
    """Ask for a correction, before and after side by side; at any time after approval, also years later."""
    session = docket.session
    if docket.case != f"{paper.result}/{paper.number}":
        raise Refusal("CaseUnknown", f"更正编号须为 {paper.result}/{paper.number}")
    result = session.get_one(Result, paper.result)
    visit = session.get_one(Visit, result.visit)
    if visit.department != docket.department:
        raise Refusal("NotOwnResult", "只能更正本部门录入的结果（谁检查、谁录入、谁公示），请由录入部门办理")
    if visit.stage not in _LOCKED or result.cycle != visit.cycle:
        raise Refusal("NotLocked", "该结果尚未审批锁定，无须更正：请审批单位退回后重新录入")
    known = session.exec(select(func.count()).where(col(Correction.result) == result.id)).one()
    if paper.number != known + 1:
        raise Refusal("CorrectionNumber", f"该结果已有{known}次更正，本次编号须为{known + 1}")
    _check_decided(docket, result, known)
    check_categories(paper.categories)
    _check_problem(docket, result, paper)
    before = _standing(docket, result)
    after: dict[str, object] = {
        "categories": [one.value for one in paper.categories],
        "finding": paper.finding,
    }
    if paper.completed_on is not None:
        _check_day(docket, visit, paper.completed_on)
        before["completed_on"] = str(visit.completed_on)
        after["completed_on"] = str(paper.completed_on)
    if before == after:
        raise Refusal("NothingCorrected", "更正前后内容相同，无须更正")
    session.add(
        Correction(
            id=docket.case,
            result=result.id,
            number=paper.number,
            before=before,
            after=after,
            reason=paper.reason,
            disposal=paper.disposal.stored() if paper.disposal else None,
            submission=docket.by,
        )
    )
    session.flush()
    docket.clocks.open(
        WaitKind.SIGN,
        key=f"correction/{docket.case}/sign",
        scope=f"correction/{docket.case}",
        task=docket.any_task.id,
        department=docket.department,
        opened_by=docket.by,
    )


@ruling(Target.CORRECTION, SignCorrection, Role.HEAD)
def sign(docket: Docket, paper: SignCorrection) -> None:
    """The unit's head signs and the correction is published, or refuses and it ends (阳城 五·一)."""
    session = docket.session
    retraction = session.get(Retraction, docket.case)
    if retraction is not None:
        visit = session.get_one(Visit, retraction.visit)
        _check_signature(docket, visit, session.get(RetractionDecision, retraction.id), paper)
        decide(docket, retraction, visit, paper)
        if not paper.sign:
            _tell_refused(docket, retraction.submission, paper.reason)
        return
    correction = session.get(Correction, docket.case)
    if correction is None:
        raise Refusal("CorrectionUnknown", f"没有更正 {docket.case}，请先提出更正申请（result correct）")
    visit = session.get_one(Visit, session.get_one(Result, correction.result).visit)
    _check_signature(docket, visit, session.get(CorrectionDecision, correction.id), paper)
    session.add(
        CorrectionDecision(
            correction=correction.id,
            verdict=Verdict.APPROVED if paper.sign else Verdict.RETURNED,
            reason=paper.reason,
            submission=docket.by,
        )
    )
    docket.clocks.settle_scope(f"correction/{docket.case}", by=docket.by)
    if not paper.sign:
        _tell_refused(docket, correction.submission, paper.reason)
    if paper.sign:
        if "completed_on" in correction.after:
            day = date.fromisoformat(correction.after["completed_on"])
            anchor_corrected(docket.clocks, visit, day, by=docket.by)
        publication = queue(session, visit, PublicationKind.CORRECTION, correction.id, docket.now)
        await_receipt(docket.clocks, publication, by=docket.by)
        if correction.disposal is not None:
            result = session.get_one(Result, correction.result)
            proposed = ProposedDisposal.model_validate(correction.disposal)
            open_disposals(docket, docket.part(), visit, result, proposed)
        supplement_owed(docket, docket.part(), f"correction {correction.id}")


def _check_signature(
    docket: Docket,
    visit: Visit,
    decided: CorrectionDecision | RetractionDecision | None,
    paper: SignCorrection,
) -> None:
    """By the head of the department that entered it, once, and with a reason where it is not agreed to."""
    if visit.department != docket.department:
        raise Refusal("NotOwnResult", "更正、撤回须由录入单位的主要负责人签字")
    if decided is not None:
        raise Refusal(
            "AlreadyDecided", "该申请已有签字意见，无须再签；确需变更的请另行申请（如 result correct）"
        )
    if not paper.sign and not paper.reason.strip():
        raise Refusal("ReasonMissing", "不同意的须写明理由（--reason）")


def _tell_refused(docket: Docket, request: str, reason: str) -> None:
    """Who asked is told at once: nothing else would say that it has ended."""
    asked = docket.session.get_one(Submission, request)
    notify(
        docket.session,
        docket.department,
        asked.role,
        key=f"correction/{docket.case}/refused",
        event="correction refused",
        text=f"申请 {docket.case}（更正、撤回）主要负责人不同意：{reason}。"
        f"确有必要的请另行申请；已有的见 result corrections {docket.any_task.id}",
        now=docket.now,
        task=docket.any_task.id,
        urgent=True,
        person=asked.actor,
    )


def _check_day(docket: Docket, visit: Visit, day: date) -> None:
    """The check lay inside the task, was no later than today, and its officers were certified that day."""
    if not local_day(docket.any_task.opened_at) <= day <= docket.clocks.today:
        raise Refusal("CompletionDay", f"检查完成日{day}须在任务发起日至今日之间，请更正")
    officers = docket.session.exec(
        select(Officer).where(
            col(Officer.department) == visit.department,
            col(Officer.code).in_(visit.facts.get("officers", ())),
        )
    )
    if late := [one.code for one in officers if one.certificate_to < day]:
        raise Refusal("TooFewOfficers", f"{day}当日证件已失效：{'、'.join(late)}；请核对检查完成日")


def _check_decided(docket: Docket, result: Result, number: int) -> None:
    """A correction starts from what stands: the one before it is signed or refused first."""
    former = f"{result.id}/{number}"
    if number and docket.session.get(CorrectionDecision, former) is None:
        raise Refusal(
            "CorrectionPending",
            f"该结果的第{number}次更正尚待主要负责人签字，请先办理：result sign {former}",
        )


def _check_problem(docket: Docket, result: Result, paper: CorrectResult) -> None:
    """As when it was entered: a problem has words, and a disposal where its category speaks of one."""
    problems = [one for one in paper.categories if one in PROBLEM_CATEGORIES]
    if problems and not paper.finding.strip():
        raise Refusal("FindingMissing", f"更正为“{problems[0].label}”的，须写明发现的问题（--finding）")
    if paper.disposal is not None:
        if not problems:
            raise Refusal("DisposalWithoutProblem", "更正后未发现问题，不能提出处置意见，请删去")
        check_proposal(docket, paper.disposal, docket.session.get_one(Visit, result.visit))
        return
    known = docket.session.exec(select(Disposal.id).where(col(Disposal.result) == result.id)).first()
    if known is None:
        check_followed_up(paper.categories)


def _standing(docket: Docket, result: Result) -> dict[str, object]:
    """What the result says today: its last signed correction, else itself."""
    last = last_signed(docket.session, result.id)
    said = last.after if last else {"categories": result.categories, "finding": result.finding}
    # Only a correction of the day itself speaks of the day.
    return {key: value for key, value in said.items() if key != "completed_on"}
