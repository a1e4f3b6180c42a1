"""Stage 8: the follow-up of findings, each with a clock and an end (后续处置)."""

from datetime import date

from sqlmodel import col, func, select

from activities.authority import name_of
from activities.desk.notices import notify
from activities.exchange.publishing import await_receipt
from activities.exchange.queueing import queue
from activities.papers.docket import Docket
from activities.papers.rulings import Target, ruling
from activities.results.corrected import standing_categories
from activities.results.disposal_clocks import clock_before, clock_of
from activities.results.disposing import (
    await_step,
    check_proposal,
    desk_above,
    open_disposals,
    other_department,
)
from models.organisation import Department
from models.outcomes import Disposal, DisposalEntry, PublicationKind, Result
from models.papers import AddDisposal, ProposedDisposal, StepDisposal
from models.task import TakingPart, Visit
from rules.deadline import due_day
from rules.disposal import (
    BY_THE_HEAD,
    FROM_ABOVE,
    OUTCOMES,
    REASONED,
    TURNED,
    DisposalKind,
    DisposalOutcome,
    DisposalState,
    DisposalStep,
    ended,
    next_state,
)
from rules.policy import PolicyKey
from rules.publicity import refuse_personal
from rules.refusal import Refusal
from rules.results import PROBLEM_CATEGORIES
from rules.roles import Role
from rules.stages import VisitStage

_RECEIVER_STEPS = frozenset({DisposalStep.ACKNOWLEDGE, DisposalStep.RETURN})
_HEADS = frozenset({Role.APPROVER, Role.HEAD})
_ABOVE = _HEADS | {Role.OFFICE}
_LOCKED = frozenset({VisitStage.APPROVED, VisitStage.RECEIPTED, VisitStage.PUBLISHED})


@ruling(
    Target.DISPOSAL,
    StepDisposal,
    Role.HANDLER,
    Role.OFFICER,
    Role.APPROVER,
    Role.HEAD,
    Role.OFFICE,
    from_above=True,
)
def step(docket: Docket, paper: StepDisposal) -> None:
    """Take one step of a disposal: by its owner, or by the receiver of a transfer."""
    disposal = docket.session.get_one(Disposal, docket.case)
    taken = _taken(docket, disposal, paper)
    former_state = DisposalState(disposal.state)
    state = next_state(disposal.kind, former_state, taken)
    number = _enter(docket, disposal, taken, paper)
    scope = f"disposal/{disposal.id}"
    anchor, days = clock_of(docket, disposal, former_state, state, paper)
    disposal.state = state.value
    _settle_receiver(docket, disposal, former_state, taken, paper)
    docket.clocks.settle_scope(scope, by=docket.by)
    if ended(state):
        _end(docket, disposal, state, paper)
        return
    returned = former_state is DisposalState.HANDED and taken is DisposalStep.RETURN
    terms = clock_before(docket, disposal) if returned else None
    await_step(docket, disposal, number + 1, anchor, days, terms=terms)


@ruling(Target.TASK, AddDisposal, Role.APPROVER, Role.HEAD)
def add(docket: Docket, paper: AddDisposal) -> None:
    """A further follow-up of an approved finding; also after the task's end: it is open again until this has ended."""
    session, task = docket.session, docket.standing_task
    result = session.get(Result, paper.result)
    visit = session.get_one(Visit, result.visit) if result else None
    if result is None or visit is None or visit.task != task.id:
        raise Refusal("ResultUnknown", f"本任务没有结果 {paper.result}；可用 result list 查看编号")
    if visit.department != docket.department:
        raise Refusal("NotOwnResult", "该结果由其他部门录入，须由其追加处置")
    if visit.stage not in _LOCKED or result.cycle != visit.cycle:
        raise Refusal("NotLocked", "该结果尚未审批，处置意见请随结果一并填写")
    if not PROBLEM_CATEGORIES & set(standing_categories(session, result)):
        raise Refusal("DisposalWithoutProblem", "该项未发现问题，不能追加处置；结果有误的请先更正")
    check_proposal(docket, paper.disposal, visit)
    made = open_disposals(docket, docket.part(), visit, result, paper.disposal)
    docket.data = {"disposals": made}


def _taken(docket: Docket, disposal: Disposal, paper: StepDisposal) -> DisposalStep:
    """The step that a paper names, by whom it may be taken, with what it must say."""
    try:
        taken = DisposalStep(paper.step)
    except ValueError:
        raise Refusal(
            "DisposalStepUnknown", f"没有“{paper.step}”这一步骤；用 disposal show 查看可办步骤"
        ) from None
    _check_actor(docket, disposal, taken)
    if disposal.outside and taken in _RECEIVER_STEPS and not paper.note.strip():
        raise Refusal("ReasonMissing", f"请写明{disposal.outside}回执、退回文书的文号（--note）")
    if taken in BY_THE_HEAD and docket.submission.role not in _HEADS:
        raise Refusal("HeadNeeded", f"“{taken.label}”须由审批人或单位主要负责人批准")
    if paper.on > docket.clocks.today:
        raise Refusal("StepInFuture", f"办理日期{paper.on}在今日之后，请更正")
    if taken in REASONED and not paper.note.strip():
        raise Refusal("ReasonMissing", f"“{taken.label}”须写明文号或理由（--note）")
    if taken is DisposalStep.DECIDE:
        refuse_personal(paper.note)
    return taken


def _check_actor(docket: Docket, disposal: Disposal, taken: DisposalStep) -> None:
    """The owner acts, or the receiver of a transfer; consent is given one level up, where that is known."""
    session = docket.session
    above = desk_above(session, docket.office)
    if taken is DisposalStep.ASK and above is None:
        raise Refusal(
            "NothingAbove", "本系统没有登记上一级办公室；请书面报请，凭其文书直接办理“上级同意”或“上级不同意”"
        )
    if taken in FROM_ABOVE and above is not None:
        if session.get_one(Department, docket.department).office != session.get_one(Department, above).office:
            way = "" if disposal.state == DisposalState.ASKED else "；请先办理“报请上级同意”（ask）"
            raise Refusal("ConsentFromAbove", f"“{taken.label}”须由{name_of(session, above)}办理{way}")
        if docket.submission.role not in _ABOVE:
            raise Refusal("HeadNeeded", f"“{taken.label}”须由上一级办公室、审批人或主要负责人办理")
        return
    actor = (disposal.receiver if taken in _RECEIVER_STEPS else None) or disposal.owner
    if docket.department != actor:
        raise Refusal("NotDisposalOwner", f"“{taken.label}”须由{name_of(session, actor)}办理")


def _enter(docket: Docket, disposal: Disposal, taken: DisposalStep, paper: StepDisposal) -> int:
    """Append the step; returns its number."""
    session = docket.session
    number = session.exec(select(func.count()).where(col(DisposalEntry.disposal) == disposal.id)).one() + 1
    session.add(
        DisposalEntry(
            disposal=disposal.id,
            number=number,
            step=taken.value,
            content=paper.model_dump(mode="json"),
            submission=docket.by,
        )
    )
    return number


def _settle_receiver(
    docket: Docket,
    disposal: Disposal,
    former: DisposalState,
    taken: DisposalStep,
    paper: StepDisposal,
) -> None:
    """To whom it goes; the other department owns it from its acknowledgement on, and the sender is told."""
    sender = disposal.owner
    if taken is DisposalStep.HAND_OVER:
        disposal.receiver = other_department(docket, paper.receiver, disposal.owner)
    elif taken is DisposalStep.SEND and (paper.receiver or paper.outside):
        disposal.outside = "" if paper.receiver else paper.outside
        disposal.receiver = other_department(docket, paper.receiver, sender) if paper.receiver else None
    elif former is DisposalState.HANDED:
        if taken is DisposalStep.ACKNOWLEDGE and disposal.receiver is not None:
            disposal.owner = disposal.receiver
        disposal.receiver = None
    if taken in _RECEIVER_STEPS and docket.department != sender:
        _tell_sender(docket, disposal, sender, taken, paper.note)


def _tell_sender(docket: Docket, disposal: Disposal, sender: str, taken: DisposalStep, note: str) -> None:
    notify(
        docket.session,
        sender,
        Role.HANDLER,
        key=f"disposal/{disposal.id}/answered/{docket.by}",
        event="answered",
        text=f"{name_of(docket.session, docket.department)}对移送（处置 {disposal.id}）已办理“{taken.label}”"
        f"{f'：{note}' if note else ''}。查看：starter.py disposal show {disposal.id}",
        now=docket.now,
        task=disposal.task,
        urgent=taken is DisposalStep.RETURN,
    )


def _end(docket: Docket, disposal: Disposal, state: DisposalState, paper: StepDisposal) -> None:
    """The outcome is appended to the result and goes to the public; what turned into a case begins anew as one."""
    session = docket.session
    disposal.outcome = _outcome(state, paper.outcome).value
    visit = session.get_one(Visit, disposal.visit)
    publication = queue(
        session,
        visit,
        PublicationKind.DISPOSAL,
        disposal.id,
        docket.now,
        due_day=_public_by(docket, disposal, paper.on),
    )
    await_receipt(docket.clocks, publication, by=docket.by)
    if state in TURNED:
        part = session.get_one(TakingPart, (disposal.task, disposal.department))
        result = session.get_one(Result, disposal.result)
        proposed = ProposedDisposal(kind=DisposalKind.CASE.value)
        open_disposals(docket, part, visit, result, proposed, owner=disposal.owner)


def _public_by(docket: Docket, disposal: Disposal, decided: date) -> date | None:
    """A penalty is public within 20 working days of its decision; other outcomes have the usual clocks."""
    if disposal.outcome != DisposalOutcome.PENALTY:
        return None
    span = docket.clocks.policies.span(PolicyKey.PENALTY_PUBLICATION_DAYS, disposal.owner)
    return due_day(docket.clocks.calendar, decided, span.amount, span.unit)


def _outcome(state: DisposalState, named: str | None) -> DisposalOutcome:
    """The outcome of a closing state; where it allows several, the paper chooses."""
    allowed = OUTCOMES[state]
    if named is None and len(allowed) == 1:
        return allowed[0]
    if named is None or named not in {one.value for one in allowed}:
        choices = "、".join(f"{one.value}（{one.label}）" for one in allowed)
        raise Refusal("OutcomeNeeded", f"请写明处理结果（--outcome）：{choices}")
    return DisposalOutcome(named)
