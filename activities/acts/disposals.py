"""Stage 8: the follow-up of findings, each with a clock and an end (后续处置)."""

from datetime import date

from sqlmodel import col, func, select

from activities.docket import Docket, Target, notify, ruling, wake
from activities.publishing import await_receipt, queue
from activities.reckoning import Terms
from models.organisation import Department
from models.outcomes import Disposal, DisposalEntry, PublicationKind, Result
from models.papers import ProposedDisposal, StepDisposal
from models.registers import Subject
from models.task import TakingPart, Visit
from rules.deadline import Unit, due_day
from rules.disposal import (
    OUTCOMES,
    DisposalKind,
    DisposalState,
    DisposalStep,
    Outcome,
    ended,
    next_state,
    period_in,
    propose_owner,
)
from rules.policy import PolicyKey
from rules.refusal import Refusal
from rules.roles import Role
from rules.waits import WaitKind

_RECEIVER_STEPS = frozenset({DisposalStep.ACKNOWLEDGE, DisposalStep.RETURN})


def open_disposal(docket: Docket, part: TakingPart, visit: Visit, result: Result) -> None:
    """Open the disposal that an approved result proposes; its owner is proposed by rule (阳城 六)."""
    proposed = ProposedDisposal.model_validate(result.disposal)
    subject = docket.session.get_one(Subject, visit.subject)
    owner, why = propose_owner(
        subject.licensed_by if subject.licensed_by == visit.department else None, visit.department, None
    )
    kind = DisposalKind(proposed.kind)
    if kind in (DisposalKind.TRANSFER, DisposalKind.TRANSFER_JUSTICE):
        receiver = docket.session.get(Department, proposed.receiver or "")
        if receiver is None or receiver.office != docket.office or receiver.id == owner:
            raise Refusal("ReceiverUnknown", "移送须写明本领导小组内的另一接收部门")
    disposal = Disposal(
        id=result.id,
        office=docket.office,
        task=visit.task,
        department=visit.department,
        visit=visit.id,
        kind=kind,
        state=DisposalState.OPEN.value,
        owner=owner,
        receiver=proposed.receiver,
        period_days=proposed.period_days,
        opened_on=docket.clocks.today,
        opened_at=docket.now,
    )
    docket.session.add(disposal)
    docket.session.flush()
    part.disposals += 1
    part.disposals_open += 1
    docket.clocks.open(
        WaitKind.DISPOSAL,
        key=f"disposal/{disposal.id}/{disposal.state}/1",
        scope=f"disposal/{disposal.id}",
        task=disposal.task,
        department=owner,
        opened_by=docket.by,
        terms=_terms(docket, disposal, docket.clocks.today),
    )
    docket.audit("disposal.opened", disposal=disposal.id, kind=kind.value, owner=owner, why=why)
    wake(
        docket.session,
        f"disposal/{disposal.id}",
        "opened",
        source=disposal.task,
        now=docket.now,
        start="DisposalWorkflow",
    )


@ruling(Target.DISPOSAL, StepDisposal, Role.HANDLER, Role.OFFICER)
def step(docket: Docket, paper: StepDisposal) -> None:
    """Take one step of a disposal: by its owner, or by the receiver of a transfer."""
    session = docket.session
    disposal = session.get_one(Disposal, docket.case)
    try:
        taken = DisposalStep(paper.step)
    except ValueError:
        raise Refusal(
            "DisposalStepUnknown", f"没有“{paper.step}”这一步骤；用 disposal show 查看可办步骤"
        ) from None
    actor = (disposal.receiver if taken in _RECEIVER_STEPS else None) or disposal.owner
    if docket.department != actor:
        raise Refusal("NotDisposalOwner", f"“{taken.label}”须由 {actor} 办理")
    if paper.on > docket.clocks.today:
        raise Refusal("StepInFuture", f"办理日期{paper.on}在今日之后，请更正")
    state = next_state(disposal.kind, DisposalState(disposal.state), taken)
    number = session.exec(select(func.count()).where(col(DisposalEntry.disposal) == disposal.id)).one()
    session.add(
        DisposalEntry(
            disposal=disposal.id,
            number=number + 1,
            step=taken.value,
            content=paper.model_dump(mode="json"),
            submission=docket.by,
        )
    )
    former = docket.clocks.due_in(f"disposal/{disposal.id}")
    disposal.state = state.value
    docket.clocks.settle_scope(f"disposal/{disposal.id}", by=docket.by)
    if ended(state):
        disposal.outcome = _outcome(state, paper.outcome).value
        visit = session.get_one(Visit, disposal.visit)
        publication = queue(session, visit, PublicationKind.DISPOSAL, disposal.id, docket.now)
        await_receipt(docket.clocks, publication, by=docket.by)
    else:
        # An extended filing runs on from its former due day, every other period from today.
        anchor = former if former and state is DisposalState.EXTENDED else docket.clocks.today
        _await_next(docket, disposal, number + 2, anchor)


def _outcome(state: DisposalState, named: str | None) -> Outcome:
    """The outcome of a closing state; where it allows several, the paper chooses."""
    allowed = OUTCOMES[state]
    if named is None and len(allowed) == 1:
        return allowed[0]
    if named is None or named not in {one.value for one in allowed}:
        choices = "、".join(f"{one.value}（{one.label}）" for one in allowed)
        raise Refusal("OutcomeNeeded", f"请写明处理结果（--outcome）：{choices}")
    return Outcome(named)


def _await_next(docket: Docket, disposal: Disposal, cycle: int, anchor: date) -> None:
    sent = disposal.state == DisposalState.SENT
    owed_by = (disposal.receiver or disposal.owner) if sent else disposal.owner
    docket.clocks.open(
        WaitKind.ACKNOWLEDGE if sent else WaitKind.DISPOSAL,
        key=f"disposal/{disposal.id}/{disposal.state}/{cycle}",
        scope=f"disposal/{disposal.id}",
        task=disposal.task,
        department=owed_by,
        opened_by=docket.by,
        cycle=cycle,
        terms=_terms(docket, disposal, anchor),
    )
    if sent:
        notify(
            docket.session,
            owed_by,
            Role.HANDLER,
            key=f"disposal/{disposal.id}/sent/{cycle}",
            event="transferred",
            text=f"{disposal.owner} 移送一起线索（处置 {disposal.id}），请接收或退回",
            now=docket.now,
            task=disposal.task,
            urgent=True,
        )


def _terms(docket: Docket, disposal: Disposal, anchor: date) -> Terms:
    """The state's own period; for 责令改正 the re-check follows the last of the days to comply."""
    clocks, state = docket.clocks, DisposalState(disposal.state)
    if disposal.kind is DisposalKind.RECTIFY and state is DisposalState.OPEN:
        days = disposal.period_days or int(clocks.policies.value(PolicyKey.RECTIFY_DAYS, disposal.owner))
        comply = due_day(clocks.calendar, anchor, days, Unit.NATURAL_DAY)
        recheck = int(clocks.policies.value(PolicyKey.RECTIFY_RECHECK_DAYS, disposal.owner))
        return Terms(comply, recheck, Unit.WORKING_DAY)
    period = period_in(disposal.kind, state)
    if period is None:
        raise ValueError(f"{disposal.kind} has no clock in {state}")
    return Terms(anchor, period.amount, period.unit)
