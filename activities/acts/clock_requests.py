"""Acts on a clock that are asked for first: the department asks, who may approve decides (期限变动的申请与批准)."""

from typing import Any

from activities.acts.levers import (
    check_unit,
    extend,
    resume,
    stand_still,
    unit_approver,
    wait_here,
    wake_holder,
)
from activities.authority import name_of, office_department
from activities.desk.notices import notify
from activities.papers.docket import Docket
from activities.papers.rulings import Target, ruling
from models.papers import DecideClock, ExtendWait, RequestClock, ResumeClock, SuspendClock
from models.trail import Submission, Wait
from rules.levers import Lever, check_admitted, check_lever, decides
from rules.refusal import Refusal
from rules.roles import Role
from rules.waits import WaitKind

_ANYWHERE = (Target.TASK, Target.DISPOSAL, Target.CORRECTION, Target.OFFICE)


@ruling(_ANYWHERE, RequestClock, Role.HANDLER, Role.OFFICER, Role.APPROVER, Role.HEAD)
def request(docket: Docket, paper: RequestClock) -> None:
    """The clock runs on until it is decided; the decision is a wait of whoever may approve."""
    wait, lever = wait_here(docket, paper.wait), Lever(paper.lever)
    kind = WaitKind(wait.kind)
    check_admitted(kind, lever)
    check_unit(lever, docket.clocks.deadline(wait))
    if wait.asked is not None:
        raise Refusal(
            "AlreadyAsked", f"该待办已有申请待决定，请等批准人决定：task decide-clock --wait {wait.asked[:8]}"
        )
    decider = decides(kind, lever, unit_approver(docket, wait))
    to_office = decider is Role.OFFICE
    asked = docket.clocks.open(
        WaitKind.DECIDE_CLOCK,
        key=f"{wait.id}/asked/{docket.by}",
        scope=wait.scope,
        department=office_department(docket.session, docket.office) if to_office else wait.department,
        opened_by=docket.by,
        task=wait.task,
    )
    asked.role, asked.stage = decider, wait.stage
    wait.asked = asked.id
    docket.data = {"wait": wait.id, "decision": asked.id, "decider": decider.value}
    notify(
        docket.session,
        asked.department,
        decider,
        key=asked.key,
        event="clock asked",
        text=f"{name_of(docket.session, wait.department)}申请“{kind.label}”{lever.label}：{paper.reason}。"
        f"请决定：starter.py task decide-clock --wait {asked.id[:8]}",
        now=docket.now,
        task=wait.task,
        urgent=True,
    )
    wake_holder(docket, wait)


@ruling(_ANYWHERE, DecideClock, Role.APPROVER, Role.HEAD, Role.OFFICE)
def decide(docket: Docket, paper: DecideClock) -> None:
    """Approved, the act takes effect in this very transaction; refused, the clock has run on all the time."""
    asked = wait_here(docket, paper.wait)
    if asked.kind != WaitKind.DECIDE_CLOCK:
        raise Refusal("NotAsked", "该待办不是期限变动的申请；待决定的用 task decide-clock 查看")
    filed = docket.session.get_one(Submission, asked.opened_by)
    given = RequestClock.model_validate(filed.content)
    wait = docket.session.get_one(Wait, given.wait)
    kind, lever = WaitKind(wait.kind), Lever(given.lever)
    check_lever(kind, lever, docket.submission.role, unit_approver(docket, wait))
    if filed.actor == docket.submission.actor:
        raise Refusal("SecondPersonNeeded", "申请须由申请人以外的人决定，请另一有权人办理")
    if not paper.approve and not paper.reason.strip():
        raise Refusal("ReasonMissing", "不批准须写明理由（--reason）")
    wait.asked = None
    docket.clocks.settle(asked, by=docket.by)
    docket.audit("clock.decided", wait=wait.id, request=filed.id, lever=lever.value, approved=paper.approve)
    if paper.approve:
        _carry_out(docket, given, filed, paper.number.strip() or docket.by)
    wake_holder(docket, wait)
    docket.data = {"wait": wait.id, **docket.data, "approved": paper.approve}
    _tell(docket, wait, filed, paper, f"“{kind.label}”{lever.label}")


def _carry_out(docket: Docket, given: RequestClock, filed: Submission, approval: str) -> None:
    about: dict[str, Any] = {
        "wait": given.wait,
        "visits": given.visits,
        "reason": given.reason,
        "approval": approval,
    }
    if given.lever == "extend":
        extend(docket, ExtendWait(amount=given.amount or 0, **about))
    elif given.lever == "resume":
        # What was asked for a day that has passed by now begins no earlier than it was decided.
        runs_from = max(given.from_day or docket.clocks.today, docket.clocks.today)
        resume(docket, ResumeClock(runs_from=runs_from, **about))
    else:
        first = given.from_day or docket.clocks.today
        stand_still(docket, SuspendClock(from_day=first, to_day=given.to_day, **about), filed.filed_at)


def _tell(docket: Docket, wait: Wait, filed: Submission, paper: DecideClock, what: str) -> None:
    verdict = "已批准" if paper.approve else f"未获批准，期限照常计算。理由：{paper.reason}"
    notify(
        docket.session,
        filed.department,
        filed.role,
        key=f"{wait.id}/decided/{docket.by}",
        event="clock decided",
        text=f"申请的{what}{verdict}",
        now=docket.now,
        task=wait.task,
        urgent=True,
        person=filed.actor,
    )
