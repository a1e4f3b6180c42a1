"""Stage 3: commitments, the request for a draw act, its approval, the reveals (抽取检查对象)."""

from secrets import token_bytes
from typing import Any

from activities import later_acts
from activities.acts.preparation import newest_proposal
from activities.acts.sampling import check_sample
from activities.authority import name_of, office_department
from activities.clocks import Clocks
from activities.contributions import (
    answered,
    await_public_value,
    chains,
    commit_key,
    contributors,
    newest_act,
    open_commitments,
    open_kept_links,
    reveal_key,
    settled,
    since_of,
)
from activities.docket import Docket, Target, ruling
from activities.later_acts import check_sizes
from activities.received import refuse_received
from activities.register_state import check_confirmed, check_whole
from activities.sealing import seal
from models.papers import ApproveDraw, CommitSecret, PublicValue, RequestDraw, RevealLink
from models.task import ActStep, Aspect, Commitment, DrawAct, DrawStep, JointTask, SealedSecret
from rules.draw import CHAIN_LINKS, commitment, opens
from rules.draw_record import Kind
from rules.refusal import Refusal
from rules.register_columns import Register
from rules.roles import Role
from rules.stages import Stage
from rules.waits import WaitKind

FIRST = 1


def open_draw(clocks: Clocks, task: JointTask) -> None:
    """Stage 3 begins: every contributor owes its commitment, the initiator the request."""
    open_commitments(clocks, task, FIRST, by="claims settled")
    await_request(clocks, task, FIRST, by="claims settled")


def await_request(clocks: Clocks, task: JointTask, number: int, *, by: str) -> None:
    """The initiator owes the request for an act."""
    clocks.open(
        WaitKind.REQUEST_DRAW,
        key=f"{task.id}/request-draw/{number}",
        scope=f"joint-task/{task.id}",
        task=task.id,
        department=task.initiator,
        opened_by=by,
    )


@ruling(Target.TASK, CommitSecret, Role.HANDLER, Role.OFFICE)
def commit(docket: Docket, paper: CommitSecret) -> None:
    """One commitment for the 64 acts of a chain; published to all before anything is opened.

    The service makes, seals and keeps the secret where the department asks for it.
    """
    session, task = docket.session, docket.living_task
    refuse_received(session, task)
    act = _committing(docket)
    if docket.department not in contributors(session, task, act):
        raise Refusal(
            "NotTakingPart",
            "只有参与抽取且未逾期的部门可以提交承诺值；请由参与部门办理，名单见 task show",
        )
    stored = chains(session, task.id, act).get(docket.department)
    if stored is not None:
        if (paper.commitment or stored.commitment, paper.keep) != (stored.commitment, stored.kept_by):
            raise Refusal("AlreadyCommitted", "承诺值已提交，不能更换；请保管好原来的秘密，揭示时使用")
        return
    since = since_of(act)
    number = 1 + (since - 1) // CHAIN_LINKS
    row = Commitment(
        task=task.id,
        department=docket.department,
        number=number,
        commitment=paper.commitment or _sealed(docket, number),
        submission=docket.by,
        since=since,
        kept_by=paper.keep,
    )
    session.add(row)
    session.flush()
    docket.clocks.settle_key(commit_key(task, act, docket.department), by=docket.by)
    docket.data = {"commitment": row.commitment}


def _sealed(docket: Docket, number: int) -> str:
    """A secret made and sealed here; only its commitment leaves this transaction in the clear."""
    secret = token_bytes(32)
    docket.session.add(
        SealedSecret(
            task=docket.living_task.id,
            department=docket.department,
            number=number,
            ciphertext=seal(secret),
        )
    )
    return commitment(secret)


def _committing(docket: Docket) -> int:
    """The act that a commitment filed now is for: before it is fixed, of the first act or of a new chain."""
    session, task = docket.session, docket.living_task
    newest = newest_act(session, task.id)
    started = newest and session.get(DrawStep, (task.id, newest, ActStep.FIXED, "")) is not None
    act = newest + 1 if started else max(newest, FIRST)
    witness = session.get(DrawStep, (task.id, newest, ActStep.VOID, "")) is not None
    if task.stage < Stage.DRAW or (started and since_of(act) == since_of(newest) and not witness):
        raise Refusal("WrongStage", "提交承诺值须在全部领取办结之后、抽取锁定之前")
    return act


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
    session.add(_step(docket, ActStep.REQUESTED, number))
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


@ruling(Target.TASK, ApproveDraw, Role.APPROVER, Role.HEAD, Role.OFFICE)
def approve(docket: Docket, paper: ApproveDraw) -> None:
    """The initiator's approver (for a re-draw the coordinating office) lets an act be fixed."""
    session, task = docket.session, docket.living_task
    act = session.get(DrawAct, (task.id, paper.act))
    requested = session.get(DrawStep, (task.id, paper.act, ActStep.REQUESTED, task.initiator))
    if act is None or requested is None:
        raise Refusal("NothingToApprove", f"第{paper.act}次抽取尚未申请，请先由发起部门经办人申请")
    if act.kind is Kind.REDRAW:
        if docket.submission.role is not Role.OFFICE:
            raise Refusal("OfficeOnly", "重新抽取须由领导小组办公室批准")
    else:
        docket.initiator_only()
    if session.get(DrawStep, (task.id, paper.act, ActStep.APPROVED, docket.department)) is not None:
        return
    # The approval is followed by the freeze at once: a file that is on its way in must not be cut in two.
    for register in (Register.SUBJECTS, Register.OFFICERS):
        check_whole(session, docket.office, register)
    if requested.content.get("actor") == docket.submission.actor:
        raise Refusal(
            "SecondPersonNeeded", f"抽取须由申请人以外的人批准，请另一有权人办理：task draw approve {task.id}"
        )
    if act.kind in (Kind.REPLACEMENT, Kind.ADDED):
        check_sizes(session, task, act, docket.clocks.today)
    session.add(_step(docket, ActStep.APPROVED, paper.act))
    session.flush()
    docket.clocks.settle_key(f"{task.id}/approve-draw/{paper.act}", by=docket.by)


@ruling(Target.TASK, RevealLink, Role.HANDLER, Role.OFFICE)
def reveal(docket: Docket, paper: RevealLink) -> None:
    """A department opens the act's link; it is checked by hashing down to the commitment."""
    session, task = docket.session, docket.living_task
    fixed = session.get(DrawStep, (task.id, paper.act, ActStep.FIXED, ""))
    if fixed is None:
        raise Refusal("NotFixed", f"第{paper.act}次抽取尚未锁定，不能揭示；请等系统通知锁定后再揭示")
    chain = chains(session, task.id, paper.act).get(docket.department)
    if chain is None or docket.department not in fixed.content["contributors"]:
        raise Refusal("NotCommitted", "本部门没有提交承诺值，不参与揭示；请由已承诺的部门揭示")
    if docket.department in answered(session, task.id, paper.act):
        return
    if not opens(paper.link, paper.act - chain.since + 1, chain.commitment):
        raise Refusal("LinkWrong", "揭示的随机值与承诺值不符，请核对本部门保存的秘密")
    session.add(_step(docket, ActStep.REVEALED, paper.act, link=paper.link))
    session.flush()
    docket.clocks.settle_key(reveal_key(task, paper.act, docket.department), by=docket.by)
    open_kept_links(docket.clocks, task, paper.act)
    await_public_value(docket.clocks, task, paper.act)


@ruling(Target.TASK, PublicValue, Role.OFFICE)
def publish_value(docket: Docket, paper: PublicValue) -> None:
    """The announced public value, once no link can be chosen any more; it is mixed in last."""
    session, task = docket.session, docket.living_task
    if docket.department != office_department(session, task.office):
        raise Refusal("NotTheOffice", "公共随机值须由领导小组办公室公布")
    act = session.get(DrawAct, (task.id, paper.act))
    if act is None or "public" not in act.content:
        raise Refusal("NothingAnnounced", f"第{paper.act}次抽取的方案没有预告公共随机值，请核对次数")
    stored = session.get(DrawStep, (task.id, paper.act, ActStep.PUBLIC, ""))
    if stored is not None:
        if stored.content["value"] != paper.value:
            raise Refusal("AlreadyPublished", "公共随机值已公布，不能更换；请核对来源后用原值")
        return
    if not settled(session, task, paper.act):
        raise Refusal("RevealsOpen", "仍有部门未揭示；公共随机值须在全部揭示或逾期之后公布，请稍后再办")
    content = {"actor": docket.submission.actor, "value": paper.value, **act.content["public"]}
    session.add(
        DrawStep(task=task.id, act=paper.act, step=ActStep.PUBLIC, content=content, submission=docket.by)
    )
    session.flush()
    docket.clocks.settle_key(f"{task.id}/public-value/{paper.act}", by=docket.by)


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
    choices = paper.model_dump(include={"ceiling", "recent", "leave_out"})
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
        return _check_frozen(docket, paper) | later_acts.check_redraw(session, task)
    if paper.act is Kind.REPLACEMENT:
        return later_acts.check_replacement(session, task, paper)
    return later_acts.check_added(session, task, paper)


def _check_proposals(docket: Docket) -> None:
    """A newer proposal that nobody has confirmed could never be confirmed once the draw is asked for."""
    for aspect in Aspect:
        newest = newest_proposal(docket.session, docket.living_task.id, aspect)
        if newest is not None and newest.confirmed_by is None:
            raise Refusal("ProposalOpen", f"{aspect.label}的最新方案尚未复核，请由第二人先确认")


def _step(docket: Docket, step: ActStep, act: int = FIRST, **content: str) -> DrawStep:
    return DrawStep(
        task=docket.living_task.id,
        act=act,
        step=step,
        department=docket.department,
        content={"actor": docket.submission.actor, **content},
        submission=docket.by,
    )
