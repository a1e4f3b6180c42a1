"""After an outcome: a decision that fell is withdrawn or not made public, a dishonest act is handed on (撤回公示、联合惩戒)."""

from datetime import date

from sqlmodel import col, func, select

from activities.authority import name_of
from activities.desk.notices import desk_id
from activities.exchange.fallen import at_the_platform, take_out, withdrawal_key
from activities.exchange.publishing import end_disposal
from activities.exchange.queueing import queue
from activities.papers.docket import Docket
from activities.papers.rulings import Target, ruling
from activities.results.corrected import standing_categories
from activities.waking import wake
from models.outcomes import (
    Annulment,
    Disposal,
    Publication,
    PublicationKind,
    Referral,
    ReferralReply,
    Reply,
    Result,
)
from models.papers import AnnulDecision, AnswerReferral, ReferDishonesty
from models.task import Visit
from rules.deadline import due_day
from rules.disposal import DisposalState
from rules.policy import PolicyKey
from rules.publicity import refuse_personal
from rules.refusal import Refusal
from rules.results import Category
from rules.roles import Role
from rules.stages import VisitStage
from rules.waits import WaitKind

_LOCKED = frozenset({VisitStage.APPROVED, VisitStage.RECEIPTED, VisitStage.PUBLISHED})
_NOT_DISHONEST = frozenset({Category.NO_PROBLEM.value, Category.NO_ACTIVITY.value})


@ruling(Target.DISPOSAL, AnnulDecision, Role.HANDLER, Role.HEAD)
def annul(docket: Docket, paper: AnnulDecision) -> None:
    """A decision fell: what is public is withdrawn within 3 working days of that day, all else is not published.

    What the platform has not got is taken out; what it has, or has on its way, it is told to withdraw.
    """
    session = docket.session
    disposal = session.get_one(Disposal, docket.case)
    if docket.department != disposal.department:
        raise Refusal("NotDisposalOwner", f"撤回公示须由公示部门{name_of(session, disposal.department)}办理")
    if session.get(Annulment, disposal.id) is not None:
        raise Refusal("AlreadyAnnulled", "该决定的撤销已经登记，无须重复提交")
    if paper.decided_on > docket.clocks.today:
        raise Refusal("StepInFuture", f"决定日期{paper.decided_on}在今日之后，请更正")
    outcome = session.exec(
        select(Publication)
        .where(col(Publication.kind) == PublicationKind.DISPOSAL, col(Publication.reference) == disposal.id)
        # The exchange may be putting it into a batch at this moment.
        .with_for_update()
        .execution_options(populate_existing=True)
    ).first()
    if outcome is None:
        raise Refusal(
            "NotDecided",
            f"该处置{DisposalState(disposal.state).label}，还没有可撤销的决定；请继续办理：disposal step {disposal.id}",
        )
    refuse_personal(paper.document)
    session.add(
        Annulment(
            disposal=disposal.id,
            authority=paper.authority,
            document=paper.document,
            decided_on=paper.decided_on,
            reason=paper.reason,
            submission=docket.by,
        )
    )
    session.flush()
    public, known = outcome.published_at is not None, at_the_platform(outcome)
    if not public:
        docket.clocks.settle_scope(f"disposal/{disposal.id}", by=docket.by)
        end_disposal(session, disposal, docket.now)
    if known:
        _withdraw(docket, disposal, paper.decided_on)
    else:
        take_out(outcome)
        docket.audit("publication.taken_out", records=[outcome.key])
    docket.data = {"public": public, "withdrawn": known}
    wake(
        session,
        f"disposal/{disposal.id}",
        "annulled",
        source=disposal.task,
        now=docket.now,
        start="DisposalWorkflow",
    )


def _withdraw(docket: Docket, disposal: Disposal, decided_on: date) -> None:
    session = docket.session
    docket.clocks.open(
        WaitKind.WITHDRAWAL,
        key=withdrawal_key(disposal.id),
        scope=f"disposal/{disposal.id}",
        task=disposal.task,
        department=disposal.department,
        opened_by=docket.by,
        anchor=decided_on,
    )
    queue(
        session,
        session.get_one(Visit, disposal.visit),
        PublicationKind.WITHDRAWAL,
        disposal.id,
        docket.now,
    )


@ruling(Target.TASK, ReferDishonesty, Role.HANDLER, Role.HEAD)
def refer(docket: Docket, paper: ReferDishonesty) -> None:
    """Record that a dishonest act was handed on to 联合惩戒; at any time, also after the task's end."""
    session, task = docket.session, docket.standing_task
    docket.part()
    result = session.get(Result, paper.result)
    visit = session.get_one(Visit, result.visit) if result else None
    if result is None or visit is None or visit.task != task.id or visit.department != docket.department:
        raise Refusal("ResultUnknown", f"本部门在本任务中没有结果 {paper.result}；可用 result list 查看编号")
    if visit.stage not in _LOCKED or result.cycle != visit.cycle:
        raise Refusal("NotLocked", "该结果尚未审批，请在审批后移交")
    if set(standing_categories(session, result)) <= _NOT_DISHONEST:
        raise Refusal("NoDishonesty", "该项未发现问题，没有可移交的失信行为；结果有误的请先更正")
    if paper.referred_on > docket.clocks.today:
        raise Refusal("StepInFuture", f"移交日期{paper.referred_on}在今日之后，请更正")
    known = session.exec(select(func.count()).where(col(Referral.visit) == visit.id)).one()
    row = Referral(
        task=task.id,
        department=docket.department,
        visit=visit.id,
        number=known + 1,
        result=result.id,
        act=paper.act,
        basis=paper.basis,
        authority=paper.authority,
        referred_on=paper.referred_on,
        submission=docket.by,
    )
    session.add(row)
    session.flush()
    _await_reply(docket, row)
    docket.data = {"number": known + 1}


def _await_reply(docket: Docket, row: Referral) -> None:
    """The reply is on the department's desk of the year in which it falls due: the task may be over by then."""
    clocks = docket.clocks
    span = clocks.policies.span(PolicyKey.REFERRAL_REPLY_DAYS, row.department)
    due = due_day(clocks.calendar, row.referred_on, span.amount, span.unit)
    scope = desk_id(row.department, max(due, clocks.today).year)
    clocks.open(
        WaitKind.REFERRAL,
        key=_reply_key(row),
        scope=scope,
        task=row.task,
        department=row.department,
        opened_by=docket.by,
        anchor=row.referred_on,
    )
    wake(docket.session, scope, "referred", source=row.task, now=docket.now, start="DepartmentWorkflow")


def _reply_key(row: Referral) -> str:
    return f"{row.task}/referral/{row.id}"


@ruling(Target.TASK, AnswerReferral, Role.HANDLER, Role.HEAD)
def answer_referral(docket: Docket, paper: AnswerReferral) -> None:
    """Record the receiver's answer: accepted, then what came of it; a return ends the referral."""
    session, task = docket.session, docket.standing_task
    docket.part()
    row = session.get(Referral, paper.referral)
    if row is None or (row.task, row.department) != (task.id, docket.department):
        raise Refusal(
            "ReferralUnknown", f"本部门在本任务中没有移交 {paper.referral}；可用 disposal referrals 查看编号"
        )
    if not row.referred_on <= paper.replied_on <= docket.clocks.today:
        raise Refusal("ReplyDay", f"答复日期须在移交之日{row.referred_on}至今日之间，请更正")
    known = [
        one.reply
        for one in session.exec(select(ReferralReply).where(col(ReferralReply.referral) == row.id)).all()
    ]
    if set(known) & {Reply.RETURNED, Reply.OUTCOME} or paper.reply in known:
        last = known[-1].label
        raise Refusal("AlreadyAnswered", f"该移交已登记“{last}”，无须再登记；须再移交的请用 disposal refer")
    session.add(
        ReferralReply(
            referral=row.id,
            number=len(known) + 1,
            reply=Reply(paper.reply),
            replied_on=paper.replied_on,
            document=paper.document,
            note=paper.note,
            submission=docket.by,
        )
    )
    wait = docket.clocks.find(_reply_key(row))
    if wait is not None and wait.closed_at is None:
        docket.clocks.settle(wait, by=docket.by)
        wake(session, wait.scope, "referral answered", source=task.id, now=docket.now)
