"""The results and open disposals of a task that moves in, as the old portal had them (移入的结果与处置)."""

from collections import defaultdict
from datetime import date, datetime, time

from sqlmodel import col, func, select

from activities.clocks.reckoning import Terms
from activities.moved.checks import MovedChecks
from activities.papers.docket import Docket
from activities.results.passage import await_next, move
from activities.standing import plan_of
from activities.waking import wake
from models.moving import MovedDisposal, MovedResult
from models.outcomes import (
    Disposal,
    DisposalEntry,
    Publication,
    PublicationKind,
    Result,
    ResultDecision,
    Verdict,
)
from models.papers import MoveTaskIn
from models.task import TakingPart, Visit
from rules.calendar import TZ
from rules.channel import Channel
from rules.disposal import DisposalState, DisposalStep
from rules.policy import PolicyKey
from rules.stages import VisitStage
from rules.waits import WaitKind

CLAUSE = "原平台登记的到期日"


def move_results_in(
    docket: Docket, part: TakingPart, visits: dict[str, Visit], checks: MovedChecks, paper: MoveTaskIn
) -> None:
    """Entered results of one department: locked, with the platform's receipt; published, or owed by the department."""
    published: list[Visit] = []
    owed: dict[date, list[Visit]] = defaultdict(list)
    rows: dict[tuple[str, str], Result] = {}
    for (code, department), results in checks.entered.items():
        if department != part.department:
            continue
        visit, first = visits[code], results[0]
        for one in results:
            rows[code, one.item] = _result(docket, visit, one)
        docket.session.add(_publication(docket, visit, code, checks.channel(code), first, paper))
        docket.session.add(
            ResultDecision(visit=visit.id, cycle=visit.cycle, verdict=Verdict.APPROVED, submission=docket.by)
        )
        if first.published_on is None:
            owed[first.entered_on].append(visit)
        else:
            published.append(visit)
    docket.session.flush()
    move(docket.clocks, part, published, VisitStage.PUBLISHED, by=docket.by)
    stops_at = docket.clocks.policies.value(PolicyKey.ENTRY_STOPS_AT, part.department, plan_of(part.task))
    for day, members in owed.items():
        move(docket.clocks, part, members, VisitStage.RECEIPTED, by=docket.by)
        inside = stops_at == "publication"
        await_next(docket.clocks, WaitKind.PROOF, members, by=docket.by, anchor=day, inside_clock=inside)
    for disposal in paper.disposals:
        if disposal.department == part.department:
            _dispose(docket, part, visits[disposal.code], rows[disposal.code, disposal.item], disposal)


def _result(docket: Docket, visit: Visit, one: MovedResult) -> Result:
    result = Result(
        visit=visit.id,
        item=one.item,
        cycle=visit.cycle,
        categories=[category.value for category in one.categories],
        finding=one.finding,
        method=visit.method,
        submission=docket.by,
    )
    docket.session.add(result)
    docket.session.flush()
    return result


def _publication(
    docket: Docket, visit: Visit, code: str, channel: Channel, one: MovedResult, paper: MoveTaskIn
) -> Publication:
    """A record that is never sent: the platform has it, from the old portal and under its own number."""
    entered = _moment(one.entered_on)
    proof = None
    if channel is Channel.OWN_SITE and one.published_on is not None:
        proof = {
            "address": one.address,
            "published_on": one.published_on.isoformat(),
            "submission": docket.by,
        }
    return Publication(
        key=f"{visit.task}|{visit.department}|{code}|{PublicationKind.RESULT.value}|c{visit.cycle}",
        office=docket.office,
        task=visit.task,
        department=visit.department,
        visit=visit.id,
        cycle=visit.cycle,
        kind=PublicationKind.RESULT,
        reference=f"c{visit.cycle}",
        channel=channel,
        batch=f"moved-in/{paper.number}",
        queued_at=entered,
        sent_at=entered,
        receipted_at=entered,
        receipt=one.receipt,
        published_at=_moment(one.published_on) if one.published_on else None,
        proof=proof,
    )


def _dispose(docket: Docket, part: TakingPart, visit: Visit, result: Result, one: MovedDisposal) -> None:
    """An open disposal with the last day that it had there; its workflow begins with the task's."""
    session = docket.session
    known = session.exec(select(func.count()).where(col(Disposal.result) == result.id)).one()
    disposal = Disposal(
        id=result.id if known == 0 else f"{result.id}/{known + 1}",
        office=docket.office,
        task=visit.task,
        department=visit.department,
        visit=visit.id,
        kind=one.kind,
        state=one.state.value,
        owner=one.owner,
        opened_on=one.opened_on,
        opened_at=_moment(one.opened_on),
        result=result.id,
        reason="由原平台移入",
    )
    session.add(disposal)
    session.flush()
    part.disposals += 1
    part.disposals_open += 1
    if one.state is DisposalState.FILED:
        # The filing is a step like those taken here, so that the next one has its number.
        content = {"step": DisposalStep.FILE.value, "on": one.opened_on.isoformat(), "note": "由原平台移入"}
        session.add(
            DisposalEntry(
                disposal=disposal.id,
                number=1,
                step=DisposalStep.FILE.value,
                content=content,
                submission=docket.by,
            )
        )
    docket.clocks.open(
        WaitKind.DISPOSAL,
        key=f"disposal/{disposal.id}/{disposal.state}/1",
        scope=f"disposal/{disposal.id}",
        task=disposal.task,
        department=disposal.owner,
        opened_by=docket.by,
        terms=Terms.fixed(one.opened_on, one.due, CLAUSE),
    )
    wake(
        session,
        f"disposal/{disposal.id}",
        "moved in",
        source=disposal.task,
        now=docket.now,
        start="DisposalWorkflow",
    )


def _moment(day: date) -> datetime:
    return datetime.combine(day, time(), TZ)
