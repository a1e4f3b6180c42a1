"""Opening disposals, and the waits of their steps (处置的开启与时限)."""

from collections.abc import Iterator
from datetime import date

from sqlmodel import Session, col, func, select

from activities.authority import name_of
from activities.clocks.reckoning import Terms
from activities.desk.notices import notify
from activities.papers.docket import Docket
from activities.results.disposal_clocks import terms_in
from activities.results.reopening import reopen_task
from activities.waking import wake
from models.organisation import Department, DepartmentKind, Office
from models.outcomes import Disposal, Result
from models.papers import ProposedDisposal
from models.registers import Subject
from models.task import TakingPart, Visit
from rules.channel import MARKET_ENTITIES
from rules.disposal import MARKET_ENTITIES_ONLY, DisposalKind, DisposalState, propose_owner
from rules.refusal import Refusal
from rules.wait_rules import WAITS
from rules.waits import WaitKind

_TRANSFERS = frozenset({DisposalKind.TRANSFER, DisposalKind.TRANSFER_JUSTICE})
_WITH_ANOTHER = frozenset({DisposalState.SENT.value, DisposalState.HANDED.value})
"""States in which the receiver is waited for."""


def open_disposals(
    docket: Docket,
    part: TakingPart,
    visit: Visit,
    result: Result,
    proposed: ProposedDisposal,
    *,
    owner: str | None = None,
) -> list[str]:
    """Open all follow-ups of a finding, each a case of its own; returns their ids."""
    session = docket.session
    # The task is open until the last disposal has ended, and what came after a summary is told in a supplement.
    reopen_task(docket, f"disposal of result {result.id}")
    part.untold = part.untold or part.summaries > 0
    known = session.exec(select(func.count()).where(col(Disposal.result) == result.id)).one()
    made = []
    for number, one in enumerate(all_of(proposed), start=known + 1):
        id_ = result.id if number == 1 else f"{result.id}/{number}"
        made.append(_open(docket, part, visit, result, one, id_, owner))
    return made


def all_of(proposed: ProposedDisposal) -> Iterator[ProposedDisposal]:
    """What is proposed, with everything beside it."""
    yield proposed
    for one in proposed.also:
        yield from all_of(one)


def check_proposal(docket: Docket, proposed: ProposedDisposal, visit: Visit) -> None:
    """What is proposed can be opened later, when a unit approves or a head signs; refused by what is missing."""
    for one in all_of(proposed):
        if one.kind not in set(DisposalKind):
            raise Refusal("DisposalKindUnknown", f"处置方式“{one.kind}”不在规定之列，请更正")
        kind = DisposalKind(one.kind)
        if kind in MARKET_ENTITIES_ONLY:
            _check_form(docket, kind, visit)
        if one.outside and kind not in _TRANSFERS:
            raise Refusal("OutsideNotTransfer", f"“{kind.label}”没有接收单位，请删去 --outside")
        if kind in _TRANSFERS and not one.outside:
            other_department(docket, one.receiver, docket.department)
        elif kind not in _TRANSFERS and one.owner not in (None, docket.department):
            other_department(docket, one.owner, docket.department)


def _check_form(docket: Docket, kind: DisposalKind, visit: Visit) -> None:
    form = docket.session.get_one(Subject, visit.subject).legal_form
    if form not in MARKET_ENTITIES:
        raise Refusal(
            "NotMarketEntity",
            f"“{kind.label}”只适用于企业、个体工商户和农民专业合作社，该对象为{form.label}；"
            "请另选处置方式，登记有误的先更正名录库",
        )


def other_department(docket: Docket, named: str | None, owner: str) -> str:
    """Another department of the office; refuses `ReceiverUnknown`."""
    receiver = docket.session.get(Department, named or "")
    if receiver is None or receiver.office != docket.office or receiver.id == owner:
        raise Refusal(
            "ReceiverUnknown",
            "移送须写明本领导小组内的另一接收部门（--receiver）；不在本系统的单位用 --outside 写明名称",
        )
    return receiver.id


def await_step(
    docket: Docket,
    disposal: Disposal,
    cycle: int,
    anchor: date,
    days: int | None = None,
    *,
    terms: Terms | None = None,
) -> None:
    """Open the wait of a disposal's present state; a receiver is told at once.

    `days` is an extension's own; `terms` are those of a clock that runs on.
    """
    kind, owed_by = _owed(docket, disposal)
    wait = docket.clocks.open(
        kind,
        key=f"disposal/{disposal.id}/{disposal.state}/{cycle}",
        scope=f"disposal/{disposal.id}",
        task=disposal.task,
        department=owed_by,
        opened_by=docket.by,
        cycle=cycle,
        terms=terms or terms_in(docket, disposal, owed_by, anchor, days),
    )
    if kind is not WaitKind.DISPOSAL and owed_by != disposal.owner:
        asks = "报请同意一件处置" if kind is WaitKind.CONSENT else "移送一起线索"
        notify(
            docket.session,
            owed_by,
            wait.role,
            key=f"disposal/{disposal.id}/{disposal.state}/{cycle}",
            event="transferred",
            text=f"{name_of(docket.session, disposal.owner)}{asks}（处置 {disposal.id}）。"
            f"办理：{WAITS[kind].command.format(target=disposal.id)}",
            now=docket.now,
            task=disposal.task,
            urgent=True,
        )


def desk_above(session: Session, office: str) -> str | None:
    """The parent office's own body; None where no office above is registered."""
    return session.exec(
        select(Department.id)
        .join(Office, col(Office.parent) == col(Department.office))
        .where(col(Office.code) == office, col(Department.kind) == DepartmentKind.OFFICE)
    ).first()


def _owed(docket: Docket, disposal: Disposal) -> tuple[WaitKind, str]:
    """What the present state waits for, and whose it is."""
    if disposal.state in _WITH_ANOTHER:
        return WaitKind.ACKNOWLEDGE, disposal.receiver or disposal.owner
    if disposal.state == DisposalState.ASKED and (above := desk_above(docket.session, docket.office)):
        return WaitKind.CONSENT, above
    return WaitKind.DISPOSAL, disposal.owner


def _open(
    docket: Docket,
    part: TakingPart,
    visit: Visit,
    result: Result,
    proposed: ProposedDisposal,
    id_: str,
    owner: str | None,
) -> str:
    """Open one; the rule proposes an owner (阳城 六), and another than the checker must acknowledge."""
    session, kind = docket.session, DisposalKind(proposed.kind)
    own = owner or visit.department
    subject = session.get_one(Subject, visit.subject)
    by_rule, why = propose_owner(subject.licensed_by, visit.department, None)
    handed = proposed.owner not in (None, own) and kind not in _TRANSFERS
    receiver = proposed.owner if handed else proposed.receiver
    if handed or (kind in _TRANSFERS and not proposed.outside):
        receiver = other_department(docket, receiver, own)
    disposal = Disposal(
        id=id_,
        office=docket.office,
        task=visit.task,
        department=visit.department,
        visit=visit.id,
        kind=kind,
        state=(DisposalState.HANDED if handed else DisposalState.OPEN).value,
        owner=own,
        receiver=receiver,
        outside=proposed.outside,
        period_days=proposed.period_days,
        opened_on=docket.clocks.today,
        opened_at=docket.now,
        result=result.id,
        reason=f"按规则建议由 {name_of(session, by_rule)} 处置（{why}）",
    )
    session.add(disposal)
    session.flush()
    part.disposals += 1
    part.disposals_open += 1
    await_step(docket, disposal, 1, docket.clocks.today)
    docket.audit("disposal.opened", disposal=id_, kind=kind.value, owner=own, proposed=by_rule, why=why)
    wake(
        session,
        f"disposal/{id_}",
        "opened",
        source=disposal.task,
        now=docket.now,
        start="DisposalWorkflow",
    )
    return id_
