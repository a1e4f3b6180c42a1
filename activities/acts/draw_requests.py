"""Stage 3: the request for a draw act, refused until all that it will hash is in order (申请抽取)."""

from typing import Any

from sqlmodel import col, select

from activities.acts.draws import FIRST, await_request, step_of
from activities.acts.preparation import newest_proposal
from activities.acts.sampling import CEILING, check_sample
from activities.authority import name_of, office_department
from activities.desk.notices import notify
from activities.draw import later_acts
from activities.draw.contributions import chains, contributors, newest_act
from activities.draw.received import refuse_received
from activities.papers.docket import Docket
from activities.papers.rulings import Target, ruling
from activities.registers.state import check_confirmed, check_whole
from models.papers import RefuseDraw, RequestDraw
from models.task import ActStep, Aspect, DrawAct, DrawStep
from rules.draw_record import Kind
from rules.publicity import refuse_personal
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
    # Hashed into the plan: once it is fixed nobody can take it out of the record that everybody may have.
    refuse_personal(paper.reason, paper.evidence, *paper.leave_out.values(), paper.unclassified or "")
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


@ruling(Target.TASK, RefuseDraw, Role.HANDLER, Role.APPROVER, Role.HEAD, Role.OFFICE)
def refuse(docket: Docket, paper: RefuseDraw) -> None:
    """Who may approve an act refuses it, or the initiator takes its request back; its number stays used.

    It is a void act: the record shows it, with no directory and no links.
    """
    session, task = docket.session, docket.living_task
    act = session.get(DrawAct, (task.id, paper.act))
    if act is None:
        raise Refusal("NothingToApprove", f"第{paper.act}次抽取尚未申请，请核对次数（--act）")
    if not (act.kind is Kind.REDRAW and docket.submission.role is Role.OFFICE):
        docket.initiator_only()
    if session.get(DrawStep, (task.id, paper.act, ActStep.VOID, "")) is not None:
        return
    steps = session.exec(
        select(DrawStep.department).where(
            col(DrawStep.task) == task.id,
            col(DrawStep.act) == paper.act,
            col(DrawStep.step) == ActStep.APPROVED,
        )
    )
    if steps.first() is not None:
        raise Refusal(
            "AlreadyApproved", f"第{paper.act}次抽取已经批准，不能再撤回或不予批准；可在抽取后申请后续抽取"
        )
    refuse_personal(paper.reason)
    content = {"actor": docket.submission.actor, "reason": paper.reason, "refused": docket.department}
    session.add(
        DrawStep(task=task.id, act=paper.act, step=ActStep.VOID, content=content, submission=docket.by)
    )
    session.flush()
    docket.clocks.settle_key(f"{task.id}/approve-draw/{paper.act}", by=docket.by)
    if act.kind is Kind.FIRST:
        await_request(docket.clocks, task, paper.act + 1, by=docket.by)
    notify(
        session,
        task.initiator,
        Role.HANDLER,
        key=f"{task.id}/draw-refused/{paper.act}",
        event="refused",
        text=f"任务 {task.id} 第{paper.act}次抽取（{act.kind.label}）未获批准或已撤回：{paper.reason}；"
        f"如仍需抽取请重新申请：task draw request {task.id}",
        now=docket.now,
        task=task.id,
    )


def _check_first(docket: Docket, paper: RequestDraw, number: int) -> dict[str, Any]:
    task = docket.living_task
    if task.stage < Stage.DRAW:
        raise Refusal("WrongStage", f"须在全部配合部门领取办结后申请首次抽取；正在等谁见 task show {task.id}")
    if task.stage > Stage.DRAW:
        raise Refusal(
            "WrongStage", "首次抽取已经完成；如需更换、增加或重抽，请用 --kind 替换补抽、追加抽取或重新抽取"
        )
    # A void act drew nobody: the first draw is asked for again.
    if number > FIRST and docket.session.get(DrawStep, (task.id, number - 1, ActStep.VOID, "")) is None:
        raise Refusal(
            "AlreadyRequested",
            f"首次抽取已经申请，正在等谁见 task show {task.id}；申请有误的，批准前可撤回：task draw refuse {task.id} --reason 理由",
        )
    _check_proposals(docket)
    return _check_frozen(docket, paper)


def _check_frozen(docket: Docket, paper: RequestDraw) -> dict[str, Any]:
    """An act that freezes a directory: the register is up to date, and every choice is made."""
    check_confirmed(docket.clocks, docket.office, Register.SUBJECTS)
    check_whole(docket.session, docket.office, Register.SUBJECTS)
    choices = paper.model_dump(include={"ceiling", "recent", "leave_out", "unclassified"})
    found = check_sample(docket.clocks, docket.living_task, choices)
    if paper.ceiling == "keep" and found.get(CEILING) and not paper.evidence.strip():
        raise Refusal(
            "ExceptionUnfounded",
            f"保留已达年度抽查上限的{found[CEILING]}户属于例外，须用 --evidence 写明批准文件或会议纪要；否则请选排除",
        )
    docket.data["found"] = found
    return choices | ({"evidence": paper.evidence} if paper.evidence.strip() else {})


def _check_later(docket: Docket, paper: RequestDraw, number: int) -> dict[str, Any]:
    """Replacement, added size and re-draw: after the first draw, one at a time, until the last check."""
    session, task = docket.session, docket.living_task
    if task.stage not in (Stage.MATCH, Stage.INSPECT):
        raise Refusal("WrongStage", f"{paper.act.label}须在首次抽取之后、全部检查完成之前申请")
    ends = (ActStep.DRAWN, ActStep.VOID)
    if not any(session.get(DrawStep, (task.id, number - 1, step, "")) for step in ends):
        raise Refusal(
            "ActPending",
            f"第{number - 1}次抽取尚未完成，请在其完成后再申请（正在等谁见 task show {task.id}）；"
            f"有误的，批准前可撤回或不予批准：task draw refuse {task.id} --reason 理由",
        )
    if lacking := set(contributors(session, task, number)) - set(chains(session, task.id, number)):
        names = "、".join(name_of(session, one) for one in sorted(lacking))
        raise Refusal("CommitFirst", f"下列部门须先提交新的承诺值：{names}")
    if paper.act is Kind.REDRAW:
        return _check_frozen(docket, paper) | later_acts.check_redraw(session, task, paper)
    check = later_acts.check_replacement if paper.act is Kind.REPLACEMENT else later_acts.check_added
    content = check(session, task, paper)
    asked = DrawAct(task=task.id, number=number, kind=paper.act, reason=paper.reason, content=content)
    # Told now, and not to the approver of something that cannot be done.
    later_acts.check_sizes(session, task, asked, docket.clocks.today)
    return content


def _check_proposals(docket: Docket) -> None:
    """A newer proposal that nobody has confirmed could never be confirmed once the draw is asked for."""
    for aspect in Aspect:
        newest = newest_proposal(docket.session, docket.living_task.id, aspect)
        if newest is not None and newest.confirmed_by is None:
            raise Refusal("ProposalOpen", f"{aspect.label}的最新方案尚未复核，请由第二人先确认")
