"""Stage 3: commitments, the approval of a draw act, the reveals (抽取检查对象)."""

from secrets import token_bytes

from sqlmodel import col, select

from activities.authority import office_department
from activities.clocks.waits import Clocks
from activities.draw.contributing import (
    await_public_value,
    open_commitments,
    open_kept_links,
    reveal_key,
    settle_commitment,
)
from activities.draw.contributions import answered, chains, contributors, newest_act, settled, since_of
from activities.draw.later_acts import check_sizes
from activities.draw.received import refuse_received
from activities.draw.sealing import seal
from activities.papers.docket import Docket
from activities.papers.rulings import Target, ruling
from activities.registers.state import FROZEN, check_whole
from models.papers import ApproveDraw, CommitSecret, PublicValue, RevealLink
from models.task import ActStep, Commitment, DrawAct, DrawStep, JointTask, SealedSecret
from rules.draw import public_token
from rules.draw_commitments import CHAIN_LINKS, commitment, opens
from rules.draw_record import Kind
from rules.refusal import Refusal
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


@ruling(Target.TASK, CommitSecret, Role.HANDLER, Role.OFFICE, together=True)
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
            "只有参与抽取且未逾期的部门可以提交承诺值（逾期未交的，本次按规则不计入定种）；应交的部门见 task show",
        )
    stored = chains(session, task.id, act).get(docket.department)
    if stored is not None:
        if (paper.commitment or stored.commitment, paper.keep) != (stored.commitment, stored.kept_by):
            raise Refusal("AlreadyCommitted", "承诺值已提交，不能更换；请保管好原来的秘密，揭示时使用")
        return
    if paper.commitment is not None:
        _check_own(docket, paper.commitment)
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
    settle_commitment(docket.clocks, task, act, docket.department, by=docket.by)
    docket.data = {"commitment": row.commitment}


def _check_own(docket: Docket, value: str) -> None:
    """A copied chain adds nothing that its owner does not open, and of a used one others know the links."""
    taken = docket.session.exec(
        select(Commitment).where(col(Commitment.commitment) == value).limit(1)
    ).first()
    if taken is not None:
        raise Refusal(
            "CommitmentUsed",
            "该承诺值已在本系统使用过（其他部门的，或本部门以前的）；请用新的秘密文件重新生成后再提交",
        )


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
        raise Refusal(
            "WrongStage", f"提交承诺值须在全部领取办结之后、抽取锁定之前；现在等谁见 task show {task.id}"
        )
    return act


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
    for register in FROZEN:
        check_whole(session, docket.office, register)
    if requested.content.get("actor") == docket.submission.actor:
        raise Refusal(
            "SecondPersonNeeded", f"抽取须由申请人以外的人批准，请另一有权人办理：task draw approve {task.id}"
        )
    if act.kind in (Kind.REPLACEMENT, Kind.ADDED):
        check_sizes(session, task, act, docket.clocks.today)
    session.add(step_of(docket, ActStep.APPROVED, paper.act))
    session.flush()
    # Whoever is still needed for it is asked, if nobody has yet: an approved act waits for somebody by name.
    open_commitments(docket.clocks, task, paper.act, by=docket.by)
    docket.clocks.settle_key(f"{task.id}/approve-draw/{paper.act}", by=docket.by)


@ruling(Target.TASK, RevealLink, Role.HANDLER, Role.OFFICE, together=True)
def reveal(docket: Docket, paper: RevealLink) -> None:
    """A department opens the act's link; it is checked by hashing down to the commitment."""
    session, task = docket.session, docket.living_task
    fixed = session.get(DrawStep, (task.id, paper.act, ActStep.FIXED, ""))
    if fixed is None:
        raise Refusal("NotFixed", f"第{paper.act}次抽取尚未锁定，不能揭示；请等系统通知锁定后再揭示")
    chain = chains(session, task.id, paper.act).get(docket.department)
    if chain is None or docket.department not in fixed.content["contributors"]:
        raise Refusal("NotCommitted", "本部门没有提交承诺值，不参与揭示；请由已承诺的部门揭示")
    if session.get(DrawStep, (task.id, paper.act, ActStep.MISSED, docket.department)) is not None:
        raise Refusal(
            "RevealLate",
            f"本部门第{paper.act}次抽取逾期未揭示，已按规则不计入定种并记录在案，不能补交；下一次抽取照常参加，进展见 task show {task.id}",
        )
    if docket.department in answered(session, task.id, paper.act):
        return
    if not opens(paper.link, paper.act - chain.since + 1, chain.commitment):
        raise Refusal(
            "LinkWrong",
            "揭示的随机值与承诺值不符，请核对是不是本部门为本任务保存的秘密文件；确已遗失的无须办理，到期按规则不计入定种",
        )
    session.add(step_of(docket, ActStep.REVEALED, paper.act, link=paper.link))
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
    value = public_token(paper.value)
    stored = session.get(DrawStep, (task.id, paper.act, ActStep.PUBLIC, ""))
    if stored is not None:
        if stored.content["value"] != value:
            raise Refusal("AlreadyPublished", "公共随机值已公布，不能更换；请核对来源后用原值")
        return
    if not settled(session, task, paper.act):
        raise Refusal("RevealsOpen", "仍有部门未揭示；公共随机值须在全部揭示或逾期之后公布，请稍后再办")
    if len(value) != (length := act.content["public"]["length"]):
        raise Refusal(
            "ValueLengthWrong",
            f"方案预告的公共随机值为{length}位数字或字母，所报为{len(value)}位（{value}）；请按预告的写法核对",
        )
    content = {"actor": docket.submission.actor, "value": value, **act.content["public"]}
    session.add(
        DrawStep(task=task.id, act=paper.act, step=ActStep.PUBLIC, content=content, submission=docket.by)
    )
    session.flush()
    docket.clocks.settle_key(f"{task.id}/public-value/{paper.act}", by=docket.by)


def step_of(docket: Docket, step: ActStep, act: int = FIRST, **content: str) -> DrawStep:
    """A step of an act by the acting department."""
    return DrawStep(
        task=docket.living_task.id,
        act=act,
        step=step,
        department=docket.department,
        content={"actor": docket.submission.actor, **content},
        submission=docket.by,
    )
