"""The clocks of a disposal's states: from which day each runs, and for how long (处置的时限)."""

from datetime import date, timedelta

from sqlmodel import col, select

from activities.clocks.reckoning import Terms
from activities.clocks.waits import LIVING
from activities.papers.docket import Docket
from models.outcomes import Disposal, DisposalEntry
from models.papers import StepDisposal
from models.task import Visit
from models.trail import Deadline, Wait
from rules.deadline import Unit, due_day
from rules.disposal import (
    FROM_FORMER_DUE,
    FROM_ITS_DAY,
    DisposalKind,
    DisposalState,
    DisposalStep,
    period_in,
)
from rules.period import Span
from rules.policy import PolicyKey
from rules.refusal import Refusal


def clock_of(
    docket: Docket,
    disposal: Disposal,
    former: DisposalState,
    state: DisposalState,
    paper: StepDisposal,
) -> tuple[date, int | None]:
    """From which day the next state's clock runs, and by how many days where the head said so."""
    today = docket.clocks.today
    if paper.step == DisposalStep.DELIVER or state in FROM_ITS_DAY:
        _check_on(docket, disposal, paper)
        return paper.on, None
    if former is DisposalState.HANDED and paper.step == DisposalStep.RETURN:
        return disposal.opened_on, None
    if paper.step != DisposalStep.EXTEND:
        return today, None
    standing = docket.clocks.standing(f"disposal/{disposal.id}")
    if disposal.kind is DisposalKind.RECTIFY:
        if former is DisposalState.OPEN and paper.days is None:
            raise Refusal("DaysMissing", "改正期限届满前延期的，须写明延长的天数（--days）")
        disposal.period_days = paper.days or disposal.period_days
        # Its clock's anchor is the last day to comply: the re-check follows it.
        return (standing.anchor if former is DisposalState.OPEN and standing else today), None
    if state is DisposalState.PROLONGED:
        _check_prolongation(docket, disposal, former, paper.days)
    elif paper.days is not None:
        fixed = docket.clocks.policies.span(PolicyKey.CASE_FILING_EXTENSION_DAYS, disposal.owner)
        raise Refusal("DaysFixed", f"立案决定的延期规定为{fixed.words}，请删去 --days")
    return (standing.due_day if standing and state in FROM_FORMER_DUE else today), paper.days


def clock_before(docket: Docket, disposal: Disposal) -> Terms | None:
    """The clock that a disposal had before it was handed over; None where it was from the first.

    A hand-over that is returned runs on with it: nobody gains time by handing over.
    """
    deadline = docket.session.exec(
        select(Deadline)
        .join(Wait, col(Wait.id) == col(Deadline.wait))
        .where(
            col(Wait.scope) == f"disposal/{disposal.id}",
            col(Wait.key).startswith(f"disposal/{disposal.id}/{DisposalState.OPEN.value}/"),
            LIVING,
        )
        .order_by(col(Wait.cycle).desc())
    ).first()
    return Terms.of(deadline) if deadline else None


def _check_on(docket: Docket, disposal: Disposal, paper: StepDisposal) -> None:
    """A step that starts a clock is not before the check, nor may it undo an extension."""
    checked = docket.session.get_one(Visit, disposal.visit).completed_on
    if checked is not None and paper.on < checked:
        raise Refusal("StepBeforeCheck", f"办理日期{paper.on}早于检查完成日{checked}，请更正（--on）")
    if paper.step != DisposalStep.DELIVER:
        return
    taken = docket.session.exec(
        select(DisposalEntry.step)
        .where(col(DisposalEntry.disposal) == disposal.id, col(DisposalEntry.step) != DisposalStep.DELIVER)
        .order_by(col(DisposalEntry.number).desc())
    ).all()
    if taken[:1] == [DisposalStep.EXTEND] and taken[1:2] != [DisposalStep.RECHECK_FAILED]:
        raise Refusal("AlreadyExtended", "改正期限已经延长，不再从送达之日重算；须再延长的请办理“延期”")


def _check_prolongation(docket: Docket, disposal: Disposal, former: DisposalState, days: int | None) -> None:
    """So long by the head (policy); what goes beyond is decided together, and says how long."""
    if days is None:
        if former is DisposalState.PROLONGED:
            raise Refusal(
                "DaysMissing", "再次延长须经负责人集体讨论，并写明延长的天数（--days）和文号（--note）"
            )
        return
    clocks = docket.clocks
    most = clocks.policies.span(PolicyKey.CASE_PROLONGATION_DAYS, disposal.owner)
    standing = clocks.standing(f"disposal/{disposal.id}")
    since = standing.due_day if standing else clocks.today
    longest = due_day(clocks.calendar, since, most.amount, most.unit)
    if former is DisposalState.FILED and since + timedelta(days=days) > longest:
        raise Refusal("DaysTooMany", f"负责人批准的延长不超过{most.words}；再延须集体讨论")


def terms_in(
    docket: Docket, disposal: Disposal, owed_by: str, anchor: date, extended_by: int | None
) -> Terms:
    """The state's own period as it is ruled for who owes it, or the head's; `extended_by` is in natural days.

    For 责令改正 the re-check follows the last of the days to comply.
    """
    clocks, state = docket.clocks, DisposalState(disposal.state)
    if disposal.kind is DisposalKind.RECTIFY and state is DisposalState.OPEN:
        order = clocks.policies.span(PolicyKey.RECTIFY_DAYS, disposal.owner)
        if disposal.period_days:
            order = Span(disposal.period_days, Unit.NATURAL_DAY)
        comply = due_day(clocks.calendar, anchor, order.amount, order.unit)
        recheck = clocks.policies.span(PolicyKey.RECTIFY_RECHECK_DAYS, disposal.owner)
        clause = clocks.policies.clause(PolicyKey.RECTIFY_RECHECK_DAYS, disposal.owner)
        return Terms(comply, recheck.amount, recheck.unit, clause)
    period = period_in(disposal.kind, state)
    if period is None:
        raise ValueError(f"{disposal.kind} has no clock in {state}")
    span, clause = clocks.policies.span(period, owed_by), clocks.policies.clause(period, owed_by)
    if extended_by is not None:
        span = Span(extended_by, Unit.NATURAL_DAY)
    return Terms(anchor, span.amount, span.unit, clause)
