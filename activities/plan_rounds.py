"""A row's year as SQL knows it: its rounds, what was launched, what is on record as omitted (轮次)."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, col, func, select

from activities.plan_rows import rows_in_force
from models.organisation import Office
from models.plan import PlanDocument, PlanRow, PlanRowVersion, RoundOmission
from models.task import JointTask
from rules.plan_rounds import (
    LaunchMode,
    Round,
    RoundState,
    RowState,
    launch_mode,
    rounds_of,
    row_state,
    state_of,
)
from rules.stages import TaskStatus


def row_id(document: str, seq: str) -> str:
    """The workflow id of the watch over a row."""
    return f"plan-row/{document}/{seq}"


@dataclass(frozen=True)
class RowYear:
    """A row in force with its rounds and where each stands; `row` is None once nothing was ever adopted."""

    row: PlanRowVersion
    mode: LaunchMode
    state: RowState
    rounds: Sequence[tuple[Round, RoundState]]

    @property
    def over(self) -> bool:
        """Whether nothing more is to come."""
        return self.state.over


def year_of(session: Session, plan: PlanDocument, seq: str, today: date) -> RowYear:
    """Where a row of an adopted plan stands on a day."""
    stored = session.exec(
        select(PlanRow).where(col(PlanRow.document) == plan.id, col(PlanRow.seq) == seq)
    ).one()
    row = session.get_one(PlanRowVersion, (plan.id, seq, stored.version))
    launched = launched_rounds(session, plan.id, seq)
    omitted = set(
        session.exec(
            select(RoundOmission.round).where(
                col(RoundOmission.document) == plan.id, col(RoundOmission.seq) == seq
            )
        )
    )
    first = adopted_first(session, plan.id, seq)
    own = session.get_one(Office, plan.office).level
    return _year(row, plan.year or 0, own, today, first=first, launched=launched, omitted=omitted)


def watching_bodies(session: Session, plan: PlanDocument) -> tuple[set[str], set[str]]:
    """The bodies that carry out a row of the plan, and those whose every row another level carries out.

    The latter do nothing of this plan, and owe its office no report (市抽市查, domain, 1).
    """
    own = session.get_one(Office, plan.office).level
    named: set[str] = set()
    acting: set[str] = set()
    for row in rows_in_force(session, plan.id, plan.version):
        bodies = {row.initiator, *row.partners}
        named |= bodies
        if launch_mode(row.fields["mode"]["value"], own) is not LaunchMode.WATCHED:
            acting |= bodies
    return acting, named - acting


def living_rows(session: Session, today: date) -> list[str]:
    """The workflow ids of every adopted row whose year holds something to watch, in few questions to SQL."""
    launched: dict[tuple[str, str], set[int]] = defaultdict(set)
    for document, seq, number in session.exec(
        select(JointTask.document, JointTask.seq, JointTask.round).where(
            col(JointTask.status) != TaskStatus.CANCELLED
        )
    ):
        launched[document, seq].add(number)
    omitted: dict[tuple[str, str], set[int]] = defaultdict(set)
    for one in session.exec(select(RoundOmission)):
        omitted[one.document, one.seq].add(one.round)
    version = PlanRowVersion
    first = {
        (document, seq): day
        for document, seq, day in session.exec(
            select(version.document, version.seq, func.min(version.adopted_on)).group_by(
                col(version.document), col(version.seq)
            )
        )
    }
    rows = session.exec(
        select(version, PlanDocument.year, Office.level)
        .join(
            PlanRow,
            (col(PlanRow.document) == col(version.document))
            & (col(PlanRow.seq) == col(version.seq))
            & (col(PlanRow.version) == col(version.version)),
        )
        .join(PlanDocument, col(PlanDocument.id) == col(version.document))
        .join(Office, col(Office.code) == col(PlanDocument.office))
        .order_by(col(PlanRow.document), col(PlanRow.id))
    )
    found = []
    for row, year, own in rows:
        key = (row.document, row.seq)
        state = _year(
            row, year or 0, own, today, first=first[key], launched=launched[key], omitted=omitted[key]
        ).state
        if not state.over:
            found.append(row_id(*key))
    return found


def launched_rounds(session: Session, document: str, seq: str) -> set[int]:
    """The rounds that have a task which was not cancelled."""
    return set(
        session.exec(
            select(JointTask.round).where(
                col(JointTask.document) == document,
                col(JointTask.seq) == seq,
                col(JointTask.status) != TaskStatus.CANCELLED,
            )
        )
    )


def adopted_first(session: Session, document: str, seq: str) -> date:
    """The day on which the row was first adopted: what lay before it is nobody's omission."""
    found = session.exec(
        select(col(PlanRowVersion.adopted_on))
        .where(col(PlanRowVersion.document) == document, col(PlanRowVersion.seq) == seq)
        .order_by(col(PlanRowVersion.version))
    ).first()
    return found or date.max


def is_over(session: Session, plan: PlanDocument, seq: str, today: date) -> bool:
    """Whether a row's year holds nothing more to watch."""
    return year_of(session, plan, seq, today).over


def _year(
    row: PlanRowVersion,
    year: int,
    own: str,
    today: date,
    *,
    first: date,
    launched: set[int],
    omitted: set[int],
) -> RowYear:
    mode = launch_mode(row.fields["mode"]["value"], own) or LaunchMode.WATCHED
    rounds = rounds_of(year, row.from_month, row.to_month, row.fields["frequency"]["value"])
    states = [state_of(one, adopted=first, today=today, launched=launched, omitted=omitted) for one in rounds]
    return RowYear(
        row, mode, _state(row, mode, rounds, states, today), list(zip(rounds, states, strict=True))
    )


def _state(
    row: PlanRowVersion, mode: LaunchMode, rounds: Sequence[Round], states: Sequence[RoundState], today: date
) -> RowState:
    if row.withdrawn:
        return RowState.WITHDRAWN
    if mode is LaunchMode.WATCHED:
        return RowState.WATCHED if today <= rounds[-1].last else RowState.WATCHED_OVER
    return row_state(states)
