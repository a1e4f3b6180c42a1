"""A task's draws as one document that anybody can check without our database (抽取记录导出)."""

from sqlmodel import Session, col, select

from activities.draw.contributions import opened_links, public_value_of
from activities.draw.later_acts import directory_entries
from activities.draw.papers import DIRECTORY, ROOT_KEY, load, load_plan
from activities.draw.received import drawn_elsewhere, received_of
from models.registers import Subject
from models.task import ActStep, DrawAct, DrawnSubject, DrawStep, JointTask, Visit
from models.trail import Submission
from rules.draw import Drawn, order
from rules.draw_record import Act, Bound, act_digest, build_record, draw_plan
from rules.merkle import prove_line
from rules.quota import Quota
from rules.refusal import Refusal
from rules.stages import VisitStage


def export_record(session: Session, task: str) -> dict[str, object]:
    """The record of every act that was drawn; refuses `NotDrawnYet` where there is none."""
    row = session.get(JointTask, task)
    if row is None:
        raise Refusal("CaseUnknown", f"没有任务 {task}；可用 task list 查看任务编号")
    if (moved := drawn_elsewhere(session, task)) is not None:
        raise Refusal(
            "DrawnElsewhere",
            f"任务 {task} 由{moved.portal}（任务 {moved.number}）移入，对象在该平台抽取，本系统没有抽取过程，不能复核；"
            "请向该平台索取抽取记录，其哈希值见 task show",
        )
    if (received := received_of(session, task)) is not None:
        raise Refusal(
            "DrawnAbove",
            f"任务 {task} 的对象由{received.issuer}抽取（{received.number}），抽取记录请向其索取，"
            f"其哈希值应为 {received.record_sha256}",
        )
    acts = session.exec(select(DrawAct).where(col(DrawAct.task) == task).order_by(col(DrawAct.number))).all()
    ends = [(act, _end(session, act)) for act in acts]
    drawn = [_act(session, act, end) for act, end in ends if end is not None]
    if not drawn:
        raise Refusal("NotDrawnYet", f"任务 {task} 尚未抽取，没有可导出的抽取记录")
    return build_record(task, drawn)


def export_snapshots(session: Session, task: str) -> dict[int, bytes]:
    """The frozen directories, by the act that froze each."""
    acts = session.exec(select(DrawAct).where(col(DrawAct.task) == task).order_by(col(DrawAct.number))).all()
    return {
        act.number: load(session, task, act.number, DIRECTORY)
        for act in acts
        if act.kind.freezes
        and session.get(DrawStep, (task, act.number, ActStep.FIXED, "")) is not None
        and _end(session, act) is not None
    }


def digest_before(session: Session, task: str, number: int) -> str:
    """The digest of the act before act `number`, "" before the first: what each plan binds."""
    former = session.get(DrawAct, (task, number - 1))
    end = _end(session, former) if former is not None else None
    return act_digest(_act(session, former, end)) if former is not None and end is not None else ""


def prove_code(session: Session, task: str, code: str) -> dict[str, object]:
    """What one firm is given: that it stands in each frozen directory, by Merkle path.

    Rank and seed only after the last check: codes are public, and with the seed they give the list.
    """
    fixed = session.exec(
        select(DrawStep)
        .where(col(DrawStep.task) == task, col(DrawStep.step) == ActStep.FIXED)
        .order_by(col(DrawStep.act))
    ).all()
    public, proofs = is_public(session, task), []
    for step in fixed:
        if "root" not in step.content:
            continue
        key = load(session, task, step.act, ROOT_KEY)
        body = load(session, task, step.act, DIRECTORY)
        proof = prove_line(key, body, code)
        line: dict[str, object] = {
            "act": step.act,
            "root": step.content["root"],
            "line": proof.line,
            "salt": proof.salt,
            "path": [list(sibling) for sibling in proof.path],
        }
        end = session.get(DrawStep, (task, step.act, ActStep.DRAWN, ""))
        if public and end is not None:
            seed_hex = str(end.content["seed"])
            codes = [each for each, _ in directory_entries(body)]
            line |= {"seed": seed_hex, "rank": 1 + order(seed_hex, codes).index(code), "of": len(codes)}
        proofs.append(line)
    if not proofs:
        raise Refusal("NotFixed", f"任务 {task} 尚未锁定名录，暂不能出具证明；请在锁定后再办")
    return {"task": task, "proofs": proofs}


def is_public(session: Session, task: str) -> bool:
    """Whether the last check is done: until then snapshot and seed would give the list away."""
    unchecked = (VisitStage.UNMATCHED, VisitStage.MATCHED)
    drawn = session.exec(select(Visit.id).where(col(Visit.task) == task).limit(1)).first()
    open_visit = session.exec(
        select(Visit.id).where(col(Visit.task) == task, col(Visit.stage).in_(unchecked)).limit(1)
    ).first()
    return drawn is not None and open_visit is None


def _end(session: Session, act: DrawAct) -> DrawStep | None:
    """The step that ended an act: drawn, or void for want of links."""
    steps = (
        session.get(DrawStep, (act.task, act.number, step, "")) for step in (ActStep.DRAWN, ActStep.VOID)
    )
    return next((step for step in steps if step is not None), None)


def _act(session: Session, act: DrawAct, end: DrawStep) -> Act:
    """One act. The key of its Merkle root comes with it: who may see the record sees the directory too."""
    if "refused" in end.content:
        return _refused(session, act, end)
    fixed = session.get_one(DrawStep, (act.task, act.number, ActStep.FIXED, "")).content
    rows = session.exec(
        select(DrawnSubject, Subject.code)
        .join(Subject, col(Subject.id) == col(DrawnSubject.subject))
        .where(col(DrawnSubject.task) == act.task, col(DrawnSubject.act) == act.number)
        .order_by(col(DrawnSubject.rank))
    ).all()
    root = str(fixed.get("root", ""))
    return Act(
        plan=load_plan(session, act.task, act.number),
        links=opened_links(session, act.task, act.number),
        public_value=public_value_of(session, act.task, act.number),
        seed=str(end.content.get("seed", "")),
        drawn=[Drawn(code, row.credit_class, row.stratum, row.rank) for row, code in rows],
        root=root,
        root_key=load(session, act.task, act.number, ROOT_KEY).hex() if root else "",
    )


def _refused(session: Session, act: DrawAct, end: DrawStep) -> Act:
    """An act that was asked for and not approved: void, with nothing fixed and nobody's link opened."""
    bound = Bound(
        snapshot_hash="",
        commitments=(),
        left_out=(),
        before=digest_before(session, act.task, act.number),
        requested={**who_did(session, act, ActStep.REQUESTED), "reason": act.reason},
        approved={},
    )
    rest = {
        "evidence": act.content.get("evidence", ""),
        "officers": {},
        "refused": {"department": end.content["refused"], "reason": end.content["reason"]},
    }
    none = Quota(None, 0, 0, (), 0, 0)
    replaces = act.content.get("replaces", ())
    plan = draw_plan(act.task, act.number, act.kind, none, bound, replaces=replaces, rest=rest)
    return Act(plan, (), "", "", ())


def who_did(session: Session, act: DrawAct, step: ActStep) -> dict[str, str]:
    """Who asked for an act, or approved it."""
    row = session.exec(
        select(DrawStep).where(
            col(DrawStep.task) == act.task, col(DrawStep.act) == act.number, col(DrawStep.step) == step
        )
    ).one()
    paper = session.get_one(Submission, row.submission)
    return {"department": row.department, "role": paper.role.value, "actor": paper.actor}
