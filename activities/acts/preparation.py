"""Stage 1: scope, items and visit periods, each proposed by one and confirmed by another (发起准备)."""

import hashlib
import json
from datetime import timedelta
from typing import Any

from sqlmodel import Session, col, func, select

from activities.acts.scopes import count_of
from activities.authority import name_of
from activities.draw.rising_table import await_table
from activities.papers.docket import Docket
from activities.papers.rulings import Target, ruling
from models.papers import ConfirmAspect, Paper, ProposeItems, ProposePeriods, ProposeScope
from models.registers import CheckItem
from models.task import Aspect, DrawAct, JointTask, Preparation, ReceivedList, TakingPart
from rules.refusal import Refusal
from rules.roles import Role
from rules.scope import ScopeFilter
from rules.waits import WaitKind

FARTHEST = timedelta(days=366)
"""How far ahead a visit period may end (policy): a task is of one year's plan."""
_OWED = {
    Aspect.SCOPE: WaitKind.PREPARE,
    Aspect.ITEMS: WaitKind.PREPARE_ITEMS,
    Aspect.PERIODS: WaitKind.PREPARE_PERIODS,
}
_TO_CONFIRM = {
    Aspect.SCOPE: WaitKind.CONFIRM,
    Aspect.ITEMS: WaitKind.CONFIRM_ITEMS,
    Aspect.PERIODS: WaitKind.CONFIRM_PERIODS,
}


def open_preparation(docket: Docket, task: JointTask) -> None:
    """The initiator owes three proposals from the launch on, each by its own name."""
    for aspect, kind in _OWED.items():
        docket.clocks.open(
            kind,
            key=prepare_key(task.id, aspect),
            scope=f"joint-task/{task.id}",
            task=task.id,
            department=task.initiator,
            opened_by="task.start",
        )


def prepare_key(task: str, aspect: Aspect) -> str:
    """The key of the wait for an aspect's first proposal."""
    return f"{task}/prepare/{aspect.value}"


@ruling(Target.TASK, ProposeScope, Role.HANDLER)
def propose_scope(docket: Docket, paper: ProposeScope) -> None:
    """The row's prose as a filter, answered with its live count."""
    _before_draw(docket)
    if docket.session.get(ReceivedList, docket.living_task.id) is not None:
        raise Refusal(
            "DrawnAbove", "本任务的检查对象由上级抽取，范围即收到的名单，不能另提；请由第二人核对确认"
        )
    docket.data["count"] = count_of(docket, paper.filter)
    propose(docket, docket.living_task, Aspect.SCOPE, paper)


@ruling(Target.TASK, ProposeItems, Role.HANDLER)
def propose_items(docket: Docket, paper: ProposeItems) -> None:
    """Each taking-part department's items, all from that department's own list."""
    _before_draw(docket)
    session, task = docket.session, docket.living_task
    parts = session.exec(select(TakingPart.department).where(col(TakingPart.task) == task.id)).all()
    if missing := sorted(set(parts) - set(paper.items)):
        raise Refusal("ItemsMissing", f"下列参与部门没有抽查事项，请补充：{_names(session, missing)}")
    if strange := sorted(set(paper.items) - set(parts)):
        raise Refusal("NotTakingPart", f"下列部门不参与本任务，请删去：{_names(session, strange)}")
    for department, codes in paper.items.items():
        known = set(
            session.exec(
                select(CheckItem.code).where(
                    col(CheckItem.office) == docket.office, col(CheckItem.department) == department
                )
            )
        )
        unknown = [code for code in codes if code not in known]
        if unknown or not codes:
            raise Refusal(
                "ItemUnknown",
                f"{name_of(session, department)}的抽查事项清单中没有：{'、'.join(unknown) or '（未选任何事项）'}，请更正",
            )
    propose(docket, docket.living_task, Aspect.ITEMS, paper)


@ruling(Target.TASK, ProposePeriods, Role.HANDLER)
def propose_periods(docket: Docket, paper: ProposePeriods) -> None:
    """The visit period of each batch; the shares of the drawn order add up to 100."""
    _before_draw(docket)
    if sum(period.share for period in paper.periods) != 100:
        raise Refusal("SharesWrong", "各批次的比例之和须为100，请更正")
    if any(period.last_day < period.first_day for period in paper.periods):
        raise Refusal("PeriodReversed", "检查时段的截止日早于起始日，请更正")
    if any(period.last_day < docket.clocks.today for period in paper.periods):
        raise Refusal("PeriodPast", "检查时段已经过去，请重新安排")
    if any(period.last_day > docket.clocks.today + FARTHEST for period in paper.periods):
        raise Refusal("PeriodTooFar", f"检查时段须在{FARTHEST.days}天之内，请更正")
    propose(docket, docket.living_task, Aspect.PERIODS, paper)


@ruling(Target.TASK, ConfirmAspect, Role.APPROVER, Role.HEAD, Role.HANDLER)
def confirm_aspect(docket: Docket, paper: ConfirmAspect) -> None:
    """A second person of the initiator confirms the newest proposal, by the hash of what they saw."""
    _before_draw(docket)
    if paper.aspect not in set(Aspect):
        raise Refusal("AspectUnknown", f"没有“{paper.aspect}”这一项，可选：{'、'.join(Aspect)}，请更正")
    aspect = Aspect(paper.aspect)
    newest = newest_proposal(docket.session, docket.living_task.id, aspect)
    if newest is None or newest.sha256 != paper.sha256:
        raise Refusal("ProposalChanged", f"{aspect.label}的最新方案与所见不同，请用 task show 重新查看后确认")
    if newest.confirmed_by is not None:
        return
    task = docket.living_task
    if newest.proposed_by == docket.submission.actor:
        raise Refusal(
            "SecondPersonNeeded",
            f"{aspect.label}须由提出人以外的第二人复核，请发起部门另一经办人、审批人或负责人办理：task confirm {task.id}",
        )
    newest.confirmed_by = docket.submission.actor
    docket.session.flush()
    docket.clocks.settle_key(f"{task.id}/confirm/{aspect.value}/{newest.number}", by=docket.by)
    if aspect is Aspect.SCOPE and docket.session.get(ReceivedList, task.id) is None:
        scope = ScopeFilter.model_validate(newest.content["filter"])
        await_table(docket.clocks, task, scope, by=docket.by)


def confirmed(session: Session, task: str) -> dict[Aspect, Preparation]:
    """The newest confirmed proposal of each aspect."""
    rows = session.exec(
        select(Preparation)
        .where(col(Preparation.task) == task, col(Preparation.confirmed_by).is_not(None))
        .order_by(col(Preparation.number))
    )
    return {row.aspect: row for row in rows}


def newest_proposal(session: Session, task: str, aspect: Aspect) -> Preparation | None:
    """The newest proposal of an aspect, confirmed or not."""
    return session.exec(
        select(Preparation)
        .where(col(Preparation.task) == task, col(Preparation.aspect) == aspect)
        .order_by(col(Preparation.number).desc())
    ).first()


def content_hash(content: dict[str, Any]) -> str:
    """SHA-256 of canonical JSON: what a second person confirms and what the draw's plan names."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _before_draw(docket: Docket) -> None:
    """Scope, items and periods are part of what is hashed: unchangeable once a draw is asked for."""
    docket.initiator_only()
    if docket.session.get(DrawAct, (docket.living_task.id, 1)) is not None:
        raise Refusal(
            "AlreadyFrozen", "抽取已申请，范围、事项和时段不能再改；确需变更须经领导小组办公室批准重新抽取"
        )


def _names(session: Session, departments: list[str]) -> str:
    return "、".join(name_of(session, one) for one in departments)


def propose(docket: Docket, task: JointTask, aspect: Aspect, paper: Paper) -> None:
    """Let a proposal stand for confirmation by a second person of the initiator."""
    session = docket.session
    content = paper.model_dump(mode="json")
    digest = content_hash(content)
    former = newest_proposal(session, task.id, aspect)
    number = (
        session.exec(
            select(func.count()).where(col(Preparation.task) == task.id, col(Preparation.aspect) == aspect)
        ).one()
        + 1
    )
    session.add(
        Preparation(
            task=task.id,
            aspect=aspect,
            number=number,
            content=content,
            sha256=digest,
            proposed_by=docket.submission.actor,
        )
    )
    session.flush()
    if former is None:
        docket.clocks.settle_key(prepare_key(task.id, aspect), by=docket.by)
    elif former.confirmed_by is None:
        docket.clocks.settle_key(f"{task.id}/confirm/{aspect.value}/{former.number}", by=docket.by)
    docket.clocks.open(
        _TO_CONFIRM[aspect],
        key=f"{task.id}/confirm/{aspect.value}/{number}",
        scope=f"joint-task/{task.id}",
        task=task.id,
        department=task.initiator,
        opened_by=docket.by,
    )
    docket.data |= {"aspect": aspect.value, "number": number, "sha256": digest}
