"""A row's year as SQL knows it: its rounds, what was launched, what is on record as omitted (轮次)."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import select as sa_select
from sqlmodel import Session, col, func, select

from activities.plans.rows import rows_in_force
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


class _Terms(NamedTuple):
    """What a row in force says of its rounds, the year of its plan, and its office's level."""

    mode: Mapping[str, Any] | None
    frequency: Mapping[str, Any] | None
    from_month: int
    to_month: int
    withdrawn: bool
    year: int
    own: str


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
    terms = _Terms(
        row.fields["mode"]["value"],
        row.fields["frequency"]["value"],
        row.from_month,
        row.to_month,
        row.withdrawn,
        plan.year or 0,
        own,
    )
    return RowYear(row, *_standing(terms, today, first=first, launched=launched, omitted=omitted))


def watching_bodies(session: Session, plan: PlanDocument) -> tuple[set[str], set[str]]:
    """The bodies that carry out a row of the plan, and those whose every row another level carries out.

    The latter do nothing of this plan, and owe its office no report (市抽市查).
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
    rows = session.execute(
        sa_select(
            col(version.document),
            col(version.seq),
            # The fields hold the whole row as it was read, which is many times what is asked here.
            col(version.fields)["mode", "value"].label("mode"),
            col(version.fields)["frequency", "value"].label("frequency"),
            col(version.from_month),
            col(version.to_month),
            col(version.withdrawn),
            col(PlanDocument.year),
            col(Office.level),
        )
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
    for document, seq, mode, frequency, from_month, to_month, withdrawn, year, own in rows:
        key = (document, seq)
        terms = _Terms(mode, frequency, from_month, to_month, withdrawn, year or 0, own)
        _, state, _ = _standing(terms, today, first=first[key], launched=launched[key], omitted=omitted[key])
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


def _standing(
    terms: _Terms, today: date, *, first: date, launched: set[int], omitted: set[int]
) -> tuple[LaunchMode, RowState, Sequence[tuple[Round, RoundState]]]:
    """How a row is launched, where it stands on a day, and its rounds with where each stands."""
    mode = launch_mode(terms.mode, terms.own) or LaunchMode.WATCHED
    rounds = rounds_of(terms.year, terms.from_month, terms.to_month, terms.frequency)
    states = [state_of(one, adopted=first, today=today, launched=launched, omitted=omitted) for one in rounds]
    if terms.withdrawn:
        state = RowState.WITHDRAWN
    elif mode is LaunchMode.WATCHED:
        state = RowState.WATCHED if today <= rounds[-1].last else RowState.WATCHED_OVER
    else:
        state = row_state(states)
    return mode, state, list(zip(rounds, states, strict=True))
