"""Stage 3: the request for a draw act, refused until all that it will hash is in order (申请抽取)."""

from typing import Any

from activities import later_acts
from activities.acts.draws import FIRST, step_of
from activities.acts.preparation import newest_proposal
from activities.acts.sampling import check_sample
from activities.authority import name_of, office_department
from activities.contributions import chains, contributors, newest_act
from activities.docket import Docket, Target, ruling
from activities.received import refuse_received
from activities.register_state import check_confirmed, check_whole
from models.papers import RequestDraw
from models.task import ActStep, Aspect, DrawAct, DrawStep
from rules.draw_record import Kind
from rules.refusal import Refusal
from rules.register_columns import Register
from rules.roles import Role
from rules.stages import Stage
from rules.waits import WaitKind


@ruling(Target.TASK, RequestDraw, Role.HANDLER)
def request(docket: Docket, paper: RequestDraw) -> None:
    """The initiator asks for a draw act; refused until everything that it will hash is in order."""
    docket.initiator_only()
    session, task = docket.session, docket.living_task
    refuse_received(session, task)
    check_confirmed(docket.clocks, docket.office, Register.OFFICERS)
    check_whole(session, docket.office, Register.OFFICERS)
    number = newest_act(session, task.id) + 1
    content = (
        _check_first(docket, paper, number)
        if paper.act is Kind.FIRST
        else _check_later(docket, paper, number)
    )
    if paper.public is not None:
        content["public"] = paper.public.model_dump()
    act = DrawAct(task=task.id, number=number, kind=paper.act, reason=paper.reason, content=content)
    session.add(act)
    session.add(step_of(docket, ActStep.REQUESTED, number))
    session.flush()
    docket.clocks.settle_key(f"{task.id}/request-draw/{number}", by=docket.by)
    redraw = paper.act is Kind.REDRAW
    docket.clocks.open(
        WaitKind.ALLOW_REDRAW if redraw else WaitKind.APPROVE_DRAW,
        key=f"{task.id}/approve-draw/{number}",
        scope=f"joint-task/{task.id}",
        task=task.id,
        department=office_department(session, task.office) if redraw else task.initiator,
        opened_by=docket.by,
    )
    docket.data |= {"act": number, **content}


def _check_first(docket: Docket, paper: RequestDraw, number: int) -> dict[str, Any]:
    task = docket.living_task
    if task.stage is not Stage.DRAW:
        raise Refusal("WrongStage", "须在全部配合部门领取办结后申请首次抽取，且只有一次")
    # A void act drew nobody: the first draw is asked for again.
    if number > FIRST and docket.session.get(DrawStep, (task.id, number - 1, ActStep.VOID, "")) is None:
        raise Refusal("AlreadyRequested", "首次抽取已经申请，请由发起部门审批人批准")
    _check_proposals(docket)
    return _check_frozen(docket, paper)


def _check_frozen(docket: Docket, paper: RequestDraw) -> dict[str, Any]:
    """An act that freezes a directory: the register is up to date, and every choice is made."""
    check_confirmed(docket.clocks, docket.office, Register.SUBJECTS)
    check_whole(docket.session, docket.office, Register.SUBJECTS)
    choices = paper.model_dump(include={"ceiling", "recent", "leave_out", "unclassified"})
    docket.data["found"] = check_sample(docket.clocks, docket.living_task, choices)
    return choices


def _check_later(docket: Docket, paper: RequestDraw, number: int) -> dict[str, Any]:
    """Replacement, added size and re-draw: after the first draw, one at a time, until the last check."""
    session, task = docket.session, docket.living_task
    if task.stage not in (Stage.MATCH, Stage.INSPECT):
        raise Refusal("WrongStage", f"{paper.act.label}须在首次抽取之后、全部检查完成之前申请")
    ends = (ActStep.DRAWN, ActStep.VOID)
    if not any(session.get(DrawStep, (task.id, number - 1, step, "")) for step in ends):
        raise Refusal("ActPending", f"第{number - 1}次抽取尚未完成，请在其完成后再申请")
    if lacking := set(contributors(session, task, number)) - set(chains(session, task.id, number)):
        names = "、".join(name_of(session, one) for one in sorted(lacking))
        raise Refusal("CommitFirst", f"下列部门须先提交新的承诺值：{names}")
    if paper.act is Kind.REDRAW:
        return _check_frozen(docket, paper) | later_acts.check_redraw(session, task, paper)
    if paper.act is Kind.REPLACEMENT:
        return later_acts.check_replacement(session, task, paper)
    return later_acts.check_added(session, task, paper)


def _check_proposals(docket: Docket) -> None:
    """A newer proposal that nobody has confirmed could never be confirmed once the draw is asked for."""
    for aspect in Aspect:
        newest = newest_proposal(docket.session, docket.living_task.id, aspect)
        if newest is not None and newest.confirmed_by is None:
            raise Refusal("ProposalOpen", f"{aspect.label}的最新方案尚未复核，请由第二人先确认")
