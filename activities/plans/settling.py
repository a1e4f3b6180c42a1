"""What waits for the office in a plan that is not wholly adopted: nothing lies unseen (待核定的行)."""

from activities.desk.notices import desk_id
from activities.papers.docket import Docket
from activities.waking import wake
from models.plan import PlanDocument
from rules.waits import WaitKind


def expect_settling(docket: Docket, plan: PlanDocument, rows: int) -> None:
    """The office owes a word on so many rows; at zero its wait is closed."""
    clocks, key = docket.clocks, f"{plan.id}/settle"
    wait = clocks.find(key)
    standing = wait.open if wait is not None and wait.closed_at is None else 0
    if rows > standing:
        clocks.open(
            WaitKind.SETTLE_ROWS,
            key=key,
            scope=desk_id(docket.department, clocks.today.year),
            department=docket.department,
            opened_by=docket.by,
            count=rows - standing,
        )
        wake(
            docket.session,
            desk_id(docket.department, clocks.today.year),
            "rows to settle",
            source=docket.department,
            now=docket.now,
            start="DepartmentWorkflow",
        )
    elif rows < standing and wait is not None:
        clocks.settle(wait, by=docket.by, count=standing - rows)
