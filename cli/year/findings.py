"""What is found at each subject, and how each problem is disposed of: by the year's seed (结果与处置)."""

from cli.demo.bodies import COUNTY_BODIES
from cli.demo.play import OFFICE
from cli.year.county import items_of
from cli.year.law import Duty, Law
from models.outcomes import Disposal
from models.papers import ProposedDisposal, ResultLine
from models.task import Visit
from rules.disposal import DisposalKind, DisposalOutcome, DisposalState, DisposalStep
from rules.results import Category
from rules.roles import Role
from rules.waits import WaitKind

_NONE, _ORDERED, _CASE, _TRANSFER, _ABNORMAL = 0.84, 0.92, 0.945, 0.965, 0.98
"""Shares of what is found, one after the other; what is left is not published as it should be."""


def line_of(law: Law, department: str, visit: Visit, item: str, place: int, *, market: bool) -> ResultLine:
    """The result of one item at the n-th subject; problems are found on a department's first item."""
    point = law.random("finding", visit.task, department, place).random()
    if item != items_of(department)[0] or point < _NONE:
        return ResultLine(visit=visit.id, item=item, categories=(Category.NO_PROBLEM,))
    category, finding, disposal = _problem(law, department, f"{visit.task}|{place}", point, market=market)
    return ResultLine(visit=visit.id, item=item, categories=(category,), finding=finding, disposal=disposal)


def _problem(
    law: Law, department: str, name: str, point: float, *, market: bool
) -> tuple[Category, str, ProposedDisposal | None]:
    if point < _ORDERED or (point >= _TRANSFER and not market):
        order = ProposedDisposal(kind=DisposalKind.RECTIFY, period_days=10)
        return Category.RECTIFICATION_ORDERED, "台账不全，制度未上墙", order
    if point < _CASE:
        return Category.PENDING, "涉嫌违法，待立案查处", ProposedDisposal(kind=DisposalKind.CASE)
    if point < _TRANSFER:
        others = [f"{OFFICE}/{body.code}" for body in COUNTY_BODIES if f"{OFFICE}/{body.code}" != department]
        receiver = law.random("receiver", name, department).choice(others)
        transfer = ProposedDisposal(kind=DisposalKind.TRANSFER, receiver=receiver)
        return Category.PENDING, "线索属其他部门职责", transfer
    if point < _ABNORMAL:
        listed = ProposedDisposal(kind=DisposalKind.ABNORMAL)
        return Category.FALSE_PUBLICATION, "公示的联系信息和股东出资不实", listed
    return Category.NOT_PUBLISHED, "应当公示的信息未公示", None


def step_of(law: Law, duty: Duty, disposal: Disposal) -> tuple[DisposalStep, Role, DisposalOutcome | None]:
    """The step that is taken next, by whom, and the outcome where the step leaves a choice."""
    point = law.random("step", duty.name).random()
    if duty.kind is WaitKind.ACKNOWLEDGE:
        sent_back = point < 0.15 and disposal.state == DisposalState.SENT
        return (DisposalStep.RETURN if sent_back else DisposalStep.ACKNOWLEDGE), Role.HANDLER, None
    state = DisposalState(disposal.state)
    if state is DisposalState.FILED:
        outcome = (
            DisposalOutcome.PENALTY
            if point < 0.6
            else DisposalOutcome.NO_PENALTY
            if point < 0.85
            else DisposalOutcome.CASE_DROPPED
        )
        return DisposalStep.DECIDE, Role.HANDLER, outcome
    step = _step_in(disposal.kind, state, point)
    return step, Role.APPROVER if step is DisposalStep.EXTEND else Role.HANDLER, None


def _step_in(kind: DisposalKind, state: DisposalState, point: float) -> DisposalStep:
    match kind, state:
        case DisposalKind.RECTIFY, DisposalState.OPEN:
            return DisposalStep.RECHECK_PASSED if point < 0.85 else DisposalStep.RECHECK_FAILED
        case DisposalKind.RECTIFY, _:
            return DisposalStep.EXTEND if point < 0.4 else DisposalStep.TURN_TO_CASE
        case DisposalKind.CASE, DisposalState.OPEN if point < 0.2:
            return DisposalStep.EXTEND
        case DisposalKind.CASE, _:
            return DisposalStep.FILE if point < 0.8 else DisposalStep.NOT_FILE
        case DisposalKind.TRANSFER, DisposalState.RETURNED:
            return DisposalStep.KEEP
        case DisposalKind.TRANSFER, _:
            return DisposalStep.SEND
        case _:
            return DisposalStep.LIST
