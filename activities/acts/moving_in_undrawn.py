"""Moving in a task that an old portal has not drawn yet: launched here from its row, its claims as of their dates (移入)."""

from datetime import date

from activities.acts.approvals import row_of
from activities.acts.launch import adopted_row, check_round, window_of
from activities.acts.moving_task import begin_parts, begin_task, record, replaced
from activities.acts.preparation import open_preparation, propose
from activities.acts.receiving import check_received
from activities.moved.parts import UndrawnChecks
from activities.papers.docket import Docket
from activities.papers.rulings import Target, ruling
from activities.waking import wake
from models.papers import MoveUndrawnIn, Period, ProposeItems, ProposePeriods
from models.task import Aspect
from rules.roles import Role
from rules.stages import Claim, Stage
from rules.window import window_days


@ruling(Target.OFFICE, MoveUndrawnIn, Role.OFFICE)
def move_undrawn_in(docket: Docket, paper: MoveUndrawnIn) -> None:
    """It stands in stage 1: scope, items and periods are confirmed here, for this system draws and hashes them.

    Who claimed there need not claim again; who did not is offered the task when the three are confirmed.
    """
    document, row = row_of(docket.session, docket.office, paper.document, paper.seq)
    standing = adopted_row(docket.session, document, row)
    check_round(standing, paper.round)
    check_received(docket, standing, None)
    former = replaced(docket, paper)
    window = window_of(docket.session, document, standing)
    # There it was launched by its plan: that the plan was adopted here later takes nothing from that.
    months = window_days(document.year or 0, standing.from_month, standing.to_month, date.min)
    UndrawnChecks(docket.clocks, standing, paper).refuse_faults(paper, months)
    task = begin_task(docket, paper, standing, window, former, Stage.INITIATE)
    parts = begin_parts(docket, task, paper)
    open_preparation(docket, task)
    items = {one.department: one.items for one in paper.parts}
    if all(items.values()):
        propose(docket, task, Aspect.ITEMS, ProposeItems(items=items))
    if paper.first_day is not None and paper.last_day is not None:
        period = Period(first_day=paper.first_day, last_day=paper.last_day)
        propose(docket, task, Aspect.PERIODS, ProposePeriods(periods=(period,)))
    told = [part for part in parts if part.claim is not Claim.NONE]
    record(docket, task, told, paper, "尚未抽取；范围、事项、时段由发起部门在本系统提出并复核后抽取")
    wake(
        docket.session,
        f"joint-task/{task.id}",
        "launched",
        source=task.id,
        now=docket.now,
        start="JointTaskWorkflow",
    )
    docket.data = {"task": task.id, "stage": int(task.stage)}
