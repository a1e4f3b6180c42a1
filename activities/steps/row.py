"""The activity of a row's watch: windows, reminders, rounds not launched, the row's end (计划行跟踪)."""

from datetime import date, datetime, time, timedelta

from sqlmodel import Session, col, func, select
from temporalio import activity

from activities import audit
from activities.authority import office_department
from activities.clocks.rungs import fire_due
from activities.clocks.waits import Clocks
from activities.desk.notices import notify
from activities.plans.rounds import RowYear, row_id, year_of
from activities.progress import next_rung, open_waits
from adapters.database import Database
from models.messages import RowProgress, TaskStep
from models.plan import PlanDocument, RoundOmission
from models.trail import Outbox, Wait
from rules.calendar import TZ
from rules.plan_rounds import LaunchMode, Round, RoundState
from rules.roles import Role
from rules.waits import WaitKind

YEAR_OVER = "计划年度结束，未发起"


class RowActivities:
    """A row's year against one database."""

    def __init__(self, database: Database) -> None:
        self.database = database

    @activity.defn(name="tend_row")
    def tend_row(self, step: TaskStep) -> RowProgress:
        """Bring the row's waits to what its rounds say today, fire what is due; `step.task` is `<document>/<seq>`."""
        document, seq = step.task.split("/", 1)
        with self.database.write() as session:
            plan = session.get_one(PlanDocument, document)
            clocks = Clocks(session, plan.office, step.now)
            year = year_of(session, plan, seq, clocks.today)
            _record_omissions(clocks, plan, year)
            session.flush()
            year = year_of(session, plan, seq, clocks.today)
            _keep_waits(clocks, plan, year)
            _tell_of_window(clocks, plan, year)
            fire_due(clocks, row_id(document, seq))
            session.flush()
            return read_row(session, plan, year, clocks)


def read_row(session: Session, plan: PlanDocument, year: RowYear, clocks: Clocks) -> RowProgress:
    """All that a row's workflow is told."""
    scope = row_id(plan.id, year.row.seq)
    waits, _ = open_waits(session, scope)
    states = [state for _, state in year.rounds]
    level = session.exec(
        select(func.max(Wait.level)).where(col(Wait.scope) == scope, col(Wait.closed_at).is_(None))
    ).one()
    unsent = session.exec(
        select(func.count()).where(col(Outbox.source) == plan.id, col(Outbox.sent_at).is_(None))
    ).one()
    moments = [at for at in (next_rung(session, scope), _next_day(year, clocks)) if at is not None]
    return RowProgress(
        row=f"{plan.id}/{year.row.seq}",
        office=plan.office,
        document=plan.id,
        name=year.row.name,
        version=year.row.version,
        mode=year.mode.label,
        state=year.state.label,
        rounds=len(states),
        launched=states.count(RoundState.LAUNCHED),
        omitted=states.count(RoundState.OMITTED),
        before=states.count(RoundState.BEFORE),
        waits=waits,
        level=level or 0,
        next_at=min(moments, default=None),
        over=year.over,
        outbox=unsent,
    )


def launch_key(year: RowYear, planned: Round) -> str:
    """The wait of one round; an adjustment that moves its days opens another."""
    return f"{row_id(year.row.document, year.row.seq)}/{planned.number}/{planned.last}/{year.row.initiator}"


def _record_omissions(clocks: Clocks, plan: PlanDocument, year: RowYear) -> None:
    """With the plan's year every round that nobody launched goes on record."""
    if year.over or year.mode is LaunchMode.WATCHED or clocks.today <= date(plan.year or 0, 12, 31):
        return
    for planned, state in year.rounds:
        if state is not RoundState.OVERDUE:
            continue
        row = year.row
        clocks.session.add(
            RoundOmission(
                document=plan.id,
                seq=row.seq,
                round=planned.number,
                reason=YEAR_OVER,
                recorded_on=clocks.today,
            )
        )
        audit.record(
            clocks.session,
            audit.plan_chain(plan.id),
            "round.omitted",
            at=clocks.now,
            detail={"seq": row.seq, "round": planned.number, "reason": YEAR_OVER},
        )
        for department, role in (
            (row.initiator, Role.HEAD),
            (office_department(clocks.session, plan.office), Role.OFFICE),
        ):
            notify(
                clocks.session,
                department,
                role,
                key=f"{launch_key(year, planned)}/omitted/{role.value}",
                event="omitted",
                text=f"计划 {plan.id} 序号{row.seq}（{row.name}）第{planned.number}轮全年未发起，已登记为未实施",
                now=clocks.now,
            )


def _keep_waits(clocks: Clocks, plan: PlanDocument, year: RowYear) -> None:
    """One wait a round that is owed; whatever else stands open in the row's scope is closed."""
    scope = row_id(plan.id, year.row.seq)
    owed = {} if year.over or year.mode is LaunchMode.WATCHED else _owed(year)
    standing = clocks.session.exec(
        select(Wait).where(col(Wait.scope) == scope, col(Wait.closed_at).is_(None))
    ).all()
    for wait in standing:
        if wait.key not in owed:
            clocks.settle(wait, by="row tended", count=wait.open)
    kept = {wait.key for wait in standing}
    for key, planned in owed.items():
        if key not in kept:
            clocks.open(
                WaitKind.WINDOW,
                key=key,
                scope=scope,
                department=year.row.initiator,
                opened_by=f"{plan.id}/{year.row.seq}/{planned.number}",
                cycle=planned.number,
                anchor=planned.first,
                due=planned.last,
            )


def _owed(year: RowYear) -> dict[str, Round]:
    return {launch_key(year, planned): planned for planned, state in year.rounds if state.owed}


def _tell_of_window(clocks: Clocks, plan: PlanDocument, year: RowYear) -> None:
    """The initiator hears once of each round that opens; of a row that is only watched, that its time has come."""
    for planned, state in year.rounds:
        if state is not RoundState.OPEN or year.over:
            continue
        row = year.row
        watched = year.mode is LaunchMode.WATCHED
        what = "由其他层级检查，请关注" if watched else f"可以发起：starter.py task start {plan.id} {row.seq}"
        notify(
            clocks.session,
            row.initiator,
            Role.HANDLER,
            key=f"{launch_key(year, planned)}/opened",
            event="window",
            text=f"计划 {plan.id} 序号{row.seq}（{row.name}）第{planned.number}轮抽查时间已到，至{planned.last}止；{what}",
            now=clocks.now,
        )


def _next_day(year: RowYear, clocks: Clocks) -> datetime | None:
    """The next day on which a round opens or ends, or the plan's year does."""
    if year.over:
        return None
    days = {planned.first for planned, _ in year.rounds}
    days |= {planned.last + timedelta(days=1) for planned, _ in year.rounds}
    days |= {date(planned.last.year + 1, 1, 1) for planned, _ in year.rounds}
    ahead = [day for day in days if day > clocks.today]
    return datetime.combine(min(ahead), time(), TZ) if ahead else None
