"""Rounds that nobody has launched while their window closes: each is owed by the initiator (窗口到期)."""

from datetime import date

from sqlmodel import Session, col, select

from activities.clocks import Clocks
from models.organisation import Department
from models.plan import PlanDocument, PlanRow, PlanStatus
from models.task import JointTask
from rules.stages import TaskStatus
from rules.waits import WaitKind
from rules.window import rounds_due, window_days

_CITY = "city"


def open_windows(clocks: Clocks, department: Department, year: int, scope: str) -> None:
    """Open a wait for every round of the year's adopted rows that the department has still to launch."""
    rows = clocks.session.exec(
        select(PlanRow, PlanDocument)
        .join(PlanDocument, col(PlanDocument.id) == col(PlanRow.document))
        .where(
            col(PlanDocument.year) == year,
            col(PlanDocument.status) == PlanStatus.ADOPTED,
            col(PlanRow.initiator) == department.id,
            col(PlanRow.version) > 0,
        )
        .order_by(col(PlanRow.document), col(PlanRow.line))
    ).all()
    launched = _launched(clocks.session, department.id)
    for row, plan in rows:
        if row.obstacles or _watched(row):
            continue
        for number in range(1, rounds_of(row) + 1):
            key = window_key(department.id, plan.id, row.seq, number)
            wait = clocks.find(key)
            if (plan.id, row.seq, number) in launched or (wait is not None and wait.closed_at is None):
                continue
            clocks.open(
                WaitKind.WINDOW,
                key=key,
                scope=scope,
                department=department.id,
                opened_by=f"{plan.id}/{row.seq}/{number}",
                due=_last_day(row, year),
            )


def window_key(department: str, document: str, seq: str, number: int) -> str:
    """The key of the wait for one round of a row."""
    return f"{department}/window/{document}/{seq}/{number}"


def rounds_of(row: PlanRow) -> int:
    """How many rounds the row's frequency makes (domain, 1); one where it names none."""
    frequency = row.fields["frequency"]["value"] or {}
    times = frequency.get("times_max") or frequency.get("times") or 1
    return rounds_due(times, frequency.get("per"), row.from_month or 1, row.to_month or 12)


def _last_day(row: PlanRow, year: int) -> date:
    return window_days(year, row.from_month or 1, row.to_month or 12, date(year, 1, 1))[1]


def _watched(row: PlanRow) -> bool:
    """A row that the city draws and checks is nobody's to launch here."""
    return ((row.fields.get("mode") or {}).get("value") or {}).get("check") == _CITY


def _launched(session: Session, department: str) -> set[tuple[str, str, int]]:
    rows = session.exec(
        select(JointTask.document, JointTask.seq, JointTask.round).where(
            col(JointTask.initiator) == department, col(JointTask.status) != TaskStatus.CANCELLED
        )
    )
    return set(rows.all())
