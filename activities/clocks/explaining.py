"""A deadline explains itself: which days counted, which not, why, and what moved it (期限说明)."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, select

from activities.clocks.calendars import counted_by
from activities.clocks.reckoning import Terms, closed, suspension_rows
from models.outcomes import Disposal, DisposalEntry
from models.registers import CalendarDay
from models.trail import Deadline, Wait
from models.trail import Suspension as SuspensionRow
from rules.calendar import Calendar, local_day
from rules.deadline import Suspension, Unit, explain, explain_hours
from rules.disposal import DisposalKind, DisposalState, DisposalStep


@dataclass(frozen=True)
class Day:
    """One day of a clock: whether it counted, and why."""

    day: date
    counted: bool
    why: str


@dataclass(frozen=True)
class Explained:
    """A wait's living deadline day by day, with the suspensions in it and all deadlines before it."""

    wait: Wait
    deadline: Deadline
    days: list[Day]
    suspensions: list[SuspensionRow]
    former: list[Deadline]
    provisional_years: list[int]
    anchor_words: str = ""
    """What the anchor itself comes from, where it is reckoned too."""

    @property
    def counted(self) -> int:
        """How many days counted."""
        return sum(day.counted for day in self.days)


def explain_wait(session: Session, wait: Wait, now: datetime) -> Explained:
    """Explain the living deadline of a wait as of a moment."""
    rows = session.exec(
        select(Deadline).where(col(Deadline.wait) == wait.id).order_by(col(Deadline.made_at))
    ).all()
    deadline = next(row for row in rows if row.current)
    calendar = counted_by(session, deadline.calendar)
    stood = suspension_rows(session, wait.id)
    days = _days(session, calendar, wait, Terms.of(deadline), stood, local_day(now))
    years = {day.day.year for day in days} - calendar.published_years
    return Explained(
        wait,
        deadline,
        days,
        stood,
        [row for row in rows if not row.current],
        sorted(years) if Unit(deadline.unit) in (Unit.WORKING_DAY, Unit.WORKING_HOUR) else [],
        _anchor_words(session, wait, deadline),
    )


def _anchor_words(session: Session, wait: Wait, deadline: Deadline) -> str:
    """The days to comply with an order, after which its re-check is due: from what to what."""
    kind, _, case = wait.scope.partition("/")
    disposal = session.get(Disposal, case) if kind == "disposal" else None
    if disposal is None or disposal.kind is not DisposalKind.RECTIFY:
        return ""
    if not wait.key.startswith(f"{wait.scope}/{DisposalState.OPEN.value}/"):
        return ""
    entry = session.get(DisposalEntry, (disposal.id, wait.cycle - 1))
    if entry is not None and entry.step == DisposalStep.DELIVER:
        since = f"自责令改正通知书{entry.content['on']}送达起"
    elif entry is not None and entry.step == DisposalStep.EXTEND:
        since = "经批准延期"
    elif entry is not None:
        since = "移交退回或接收后"
    else:
        since = f"自{disposal.opened_on}审批起（送达尚未登记：disposal step {disposal.id} deliver）"
    how = "按自然日计，" if disposal.period_days else ""
    return f"改正期限{how}{since}，至{deadline.anchor}；复查自其次日起算"


def _days(
    session: Session,
    calendar: Calendar,
    wait: Wait,
    terms: Terms,
    stood: list[SuspensionRow],
    today: date,
) -> list[Day]:
    if terms.unit is Unit.WORKING_HOUR:
        return [Day(*line) for line in explain_hours(calendar, wait.opened_at, terms.amount)]
    pauses = [closed(Suspension(row.from_day, row.to_day), today) for row in stood]
    reasons = {row.from_day: row.reason for row in stood}
    names = _names(session, calendar, terms.anchor)
    stands = max((row.from_day for row in stood if row.to_day is None), default=None)
    held = None if stands is None else max(today, stands)
    lines = []
    for day, counted, why in explain(calendar, terms.anchor, terms.amount, terms.unit, pauses):
        pause = next((one for one in pauses if one.covers(day)), None)
        if held is not None and day > held:
            # Which of the days to come will count is known when the clock runs on, not before.
            lines.append(Day(day, counted=False, why="自此日起，恢复计算之前不计入"))
            break
        more = names.get(day, "") if pause is None else reasons[pause.from_]
        lines.append(Day(day, counted, f"{why}（{more}）" if more else why))
        if terms.no_later is not None and day >= terms.no_later:
            lines.append(Day(terms.no_later, counted=False, why="所在期限至此届满，不再后延"))
            break
    return lines


def _names(session: Session, calendar: Calendar, since: date) -> dict[date, str]:
    """What the notices call the days that the clock was counted by."""
    rows = session.exec(select(CalendarDay).where(col(CalendarDay.day) >= since))
    return {row.day: row.name for row in rows if calendar.days.get(row.day) is row.kind}
