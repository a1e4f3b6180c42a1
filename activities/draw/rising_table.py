"""Who must confirm the rising table before a draw by classes: a wait of the initiator's head (递加比例表的确认)."""

from sqlmodel import Session, col, select

from activities.clocks.waits import Clocks
from activities.draw.scope_rows import IN_FORCE, scope_rows
from activities.plans.rows import version_of
from activities.standing import Policies
from activities.waking import wake
from models.plan import PlanRowVersion
from models.task import JointTask
from models.trail import Wait
from rules.draw_class import draw_class
from rules.policy import PolicyKey
from rules.quota import UNCLASSIFIED
from rules.scope import ScopeFilter
from rules.waits import WaitKind


def needs_table(clocks: Clocks, task: JointTask) -> bool:
    """Whether classes bear on the task's draw, and no table of the initiator is confirmed."""
    row = version_of(clocks.session, task.document, task.seq, task.row_version)
    if row.fields["ratio"]["value"].get("tiers") or not wants_classes(clocks, task, row):
        return False
    return clocks.policies.value(PolicyKey.RISING_TABLE, task.initiator) is None


def wants_classes(clocks: Clocks, task: JointTask, row: PlanRowVersion) -> bool:
    """The row says 递加, or its notice wants classes for every market entity (阳城 二)."""
    risk = row.fields["risk"]["value"] or {}
    rising = risk.get("kind") == "rising" and risk.get("ratio", True)
    return rising or classes_required(clocks, task)


def classes_required(clocks: Clocks, task: JointTask) -> bool:
    """The notice wants the credit class used for every market entity (阳城 二: 应为100%)."""
    return bool(clocks.policies.value(PolicyKey.MARKET_CLASSES, task.initiator, task.document))


def await_table(clocks: Clocks, task: JointTask, scope: ScopeFilter, *, by: str) -> None:
    """Where the confirmed scope holds classified subjects, the head's word on the table is waited for."""
    standing = clocks.find(_key(task))
    awaited = standing is not None and standing.closed_at is None
    if not needs_table(clocks, task) or not _classified(clocks, task, scope):
        clocks.settle_key(_key(task), by=by)
    elif not awaited:
        clocks.open(
            WaitKind.RISING,
            key=_key(task),
            scope=f"joint-task/{task.id}",
            task=task.id,
            department=task.initiator,
            opened_by=by,
        )


def table_confirmed(clocks: Clocks, *, by: str) -> None:
    """Settle the waits of all departments whose table holds today, and wake their tasks."""
    policies = Policies(clocks.session, clocks.office, clocks.today)
    for wait in _open(clocks.session, clocks.office):
        if policies.value(PolicyKey.RISING_TABLE, wait.department) is None or wait.task is None:
            continue
        task = clocks.session.get_one(JointTask, wait.task, with_for_update=True)
        clocks.settle(wait, by=by)
        # The workflow takes the newer state by its version.
        task.version += 1
        wake(clocks.session, wait.scope, "rising table", source=task.id, now=clocks.now)


def _classified(clocks: Clocks, task: JointTask, scope: ScopeFilter) -> bool:
    tiers = clocks.policies.value(PolicyKey.TRADE_CLASSES, task.initiator)
    rows = scope_rows(clocks.session, task.office, scope, clocks.today)
    return any(
        row.status == IN_FORCE
        and draw_class(row.legal_form, row.credit_class, row.trade_class, tiers) != UNCLASSIFIED
        for row in rows
    )


def _open(session: Session, office: str) -> list[Wait]:
    rows = session.exec(
        select(Wait)
        .where(col(Wait.office) == office, col(Wait.kind) == WaitKind.RISING, col(Wait.closed_at).is_(None))
        .order_by(col(Wait.task))
    )
    return list(rows)


def _key(task: JointTask) -> str:
    return f"{task.id}/rising"
