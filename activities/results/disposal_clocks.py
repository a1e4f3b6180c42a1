"""The clocks of a disposal's states: from which day each runs, and for how long (处置的时限)."""

from datetime import date

from sqlmodel import col, select

from activities.clocks.reckoning import Terms
from activities.papers.docket import Docket
from models.outcomes import Disposal, DisposalEntry
from models.papers import StepDisposal
from models.task import Visit
from models.trail import Deadline, Wait
from rules.deadline import Unit, due_day
from rules.disposal import (
    CASE_EXTENSION,
    CASE_PROLONGATION,
    FROM_FORMER_DUE,
    FROM_ITS_DAY,
    DisposalKind,
    DisposalState,
    DisposalStep,
    period_in,
)
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
        _check_prolongation(former, paper.days)
    elif paper.days is not None:
        raise Refusal("DaysFixed", f"立案决定的延期法定为{CASE_EXTENSION.amount}个工作日，请删去 --days")
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
            col(Deadline.current).is_(True),
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


def _check_prolongation(former: DisposalState, days: int | None) -> None:
    """Thirty days by the head; what goes beyond is decided together, and says how long."""
    if former is DisposalState.PROLONGED and days is None:
        raise Refusal("DaysMissing", "再次延长须经负责人集体讨论，并写明延长的天数（--days）和文号（--note）")
    if former is DisposalState.FILED and days is not None and days > CASE_PROLONGATION.amount:
        raise Refusal("DaysTooMany", f"负责人批准的延长不超过{CASE_PROLONGATION.amount}日；再延须集体讨论")


def terms_in(docket: Docket, disposal: Disposal, anchor: date, extended_by: int | None) -> Terms:
    """The state's own period, or the head's; for 责令改正 the re-check follows the last of the days to comply."""
    clocks, state = docket.clocks, DisposalState(disposal.state)
    if disposal.kind is DisposalKind.RECTIFY and state is DisposalState.OPEN:
        days = disposal.period_days or int(clocks.policies.value(PolicyKey.RECTIFY_DAYS, disposal.owner))
        comply = due_day(clocks.calendar, anchor, days, Unit.NATURAL_DAY)
        recheck = int(clocks.policies.value(PolicyKey.RECTIFY_RECHECK_DAYS, disposal.owner))
        clause = clocks.policies.clause(PolicyKey.RECTIFY_RECHECK_DAYS, disposal.owner)
        return Terms(comply, recheck, Unit.WORKING_DAY, clause)
    period = period_in(disposal.kind, state)
    if period is None:
        raise ValueError(f"{disposal.kind} has no clock in {state}")
    return Terms(anchor, extended_by or period.amount, period.unit, period.clause)
