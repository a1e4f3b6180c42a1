"""Acts on a wait's clock, reasoned and approved: suspend, resume, extend, reassign, skip (中止、延期、改派、免办)."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from activities.authority import holders_of, name_of
from activities.clocks.moving import last_words, move_clock, split_off, tell_moved
from activities.clocks.reckoning import Terms, suspension_rows
from activities.desk.notices import notify
from activities.papers.docket import Docket
from activities.papers.rulings import Target, ruled_by, ruling
from activities.waking import wake
from models.papers import ExtendWait, ReassignWait, ResumeClock, SkipWait, SuspendClock
from models.trail import Cause, Deadline, Suspension, Wait
from rules.deadline import Unit
from rules.levers import Lever, check_lever, check_role_for
from rules.policy import PolicyKey
from rules.refusal import Refusal
from rules.roles import Role
from rules.waits import WaitKind

_ANYWHERE = (Target.TASK, Target.DISPOSAL, Target.CORRECTION, Target.OFFICE)
"""A wait's own case rules on it; what a desk or a row's watch holds (a report, a window) the office does."""


@ruling(_ANYWHERE, SuspendClock, Role.HEAD, Role.OFFICE)
def suspend(docket: Docket, paper: SuspendClock) -> None:
    """The clock stands still: its suspended days are added at the end, and no rung fires meanwhile."""
    stand_still(docket, paper, docket.now)


def stand_still(docket: Docket, paper: SuspendClock, asked_at: datetime) -> None:
    """Suspend a clock that had not ended when the act was asked for."""
    wait, deadline = open_wait(docket, paper.wait, Lever.SUSPEND, paper.visits)
    today = docket.clocks.today
    if deadline.suspended:
        raise Refusal("AlreadySuspended", "期限已在中止中，请先恢复（task resume）再另行中止")
    if deadline.due <= asked_at:
        raise Refusal("ClockExpired", "期限已届满，不能再中止；确需时间的请申请延期（task extend-wait）")
    if not deadline.anchor <= paper.from_day <= today:
        raise Refusal("SuspensionOutside", f"中止起始日须在{deadline.anchor}至今日{today}之间，请更正")
    if paper.to_day is not None and paper.to_day < paper.from_day:
        raise Refusal("SuspensionReversed", "中止截止日早于起始日，请更正后重报")
    if any(row.to_day is None or paper.from_day <= row.to_day for row in _stood(docket, wait)):
        raise Refusal("SuspensionOverlaps", "与已有的中止期间重叠，请更正起始日")
    _stand(docket, wait, paper.from_day, paper.to_day, paper.reason)
    moved = move_clock(docket.clocks, wait, Terms.of(deadline), Cause.SUSPENDED)
    _finish(docket, wait, deadline, moved, paper.reason)


@ruling(_ANYWHERE, ResumeClock, Role.HEAD, Role.OFFICE)
def resume(docket: Docket, paper: ResumeClock) -> None:
    """The clock runs on with what was left of it; rungs that lay in the pause are passed over."""
    wait, deadline = open_wait(docket, paper.wait, Lever.RESUME, paper.visits)
    rows = _stood(docket, wait)
    if not rows or (rows[-1].to_day is not None and rows[-1].to_day < docket.clocks.today):
        raise Refusal("NotSuspended", "期限没有中止，无须恢复")
    first = rows[-1].from_day
    latest = docket.clocks.today + timedelta(days=1)
    if not first < paper.runs_from <= latest:
        raise Refusal("ResumeOutside", f"恢复日须在中止起始日{first}之后、不晚于{latest}，请更正")
    # The row that counts from now on says both: why the clock stood still, and why it runs again.
    why = f"{rows[-1].reason}；恢复：{paper.reason}"
    _stand(docket, wait, first, paper.runs_from - timedelta(days=1), why)
    moved = move_clock(docket.clocks, wait, Terms.of(deadline), Cause.RESUMED)
    _finish(docket, wait, deadline, moved, paper.reason)


@ruling(_ANYWHERE, ExtendWait, Role.HEAD, Role.OFFICE)
def extend(docket: Docket, paper: ExtendWait) -> None:
    """A longer period from the same day: a new deadline with rungs of its own, of which those ahead fire."""
    wait, deadline = open_wait(docket, paper.wait, Lever.EXTEND, paper.visits)
    if deadline.suspended:
        raise Refusal("ClockSuspended", "期限在中止中，请先恢复（task resume）再申请延期")
    terms = Terms.of(deadline)
    inside = terms.no_later is not None and docket.submission.role is not Role.OFFICE
    longer = Terms(
        terms.anchor,
        terms.amount + paper.amount,
        terms.unit,
        terms.clause,
        terms.no_later if inside else None,
    )
    moved = move_clock(docket.clocks, wait, longer, Cause.EXTENDED)
    if moved.due <= max(deadline.due, docket.now):
        raise Refusal(
            "ExtensionTooShort",
            f"延长后的到期日{moved.due_day}不晚于原到期日或今日，请加大天数，或由领导小组办公室一并延长录入期限",
        )
    _finish(docket, wait, deadline, moved, paper.reason)


@ruling(_ANYWHERE, ReassignWait, Role.HEAD, Role.OFFICE)
def reassign(docket: Docket, paper: ReassignWait) -> None:
    """Another role that may lawfully do it, or one named holder, is reminded from now on."""
    wait, deadline = open_wait(docket, paper.wait, Lever.REASSIGN)
    kind, role = WaitKind(wait.kind), paper.role or Role(wait.role)
    check_role_for(kind, role)
    if paper.person is not None:
        holders = holders_of(docket.session, wait.department, role, docket.clocks.today)
        if paper.person not in {one.person for one in holders}:
            raise Refusal(
                "NotPosted",
                f"{paper.person} 在 {name_of(docket.session, wait.department)} 没有有效的“{role.label}”职务；请先 person post 登记",
            )
    if (role, paper.person) == (wait.role, wait.assignee):
        raise Refusal("NothingReassigned", "承办人与原来相同，无须改派")
    before = {"role": wait.role, "person": wait.assignee}
    wait.role, wait.assignee = role, paper.person
    docket.audit("wait.reassigned", wait=wait.id, before=before, role=role, person=paper.person)
    notify(
        docket.session,
        wait.department,
        role,
        key=f"{wait.key}/reassigned/{docket.by}",
        event="reassigned",
        text=f"“{kind.label}”改派由你办理（{wait.open}件未办，{deadline.due_day}到期）。理由：{paper.reason}",
        now=docket.now,
        task=wait.task,
        urgent=True,
        person=paper.person,
    )
    wake_holder(docket, wait)


@ruling(_ANYWHERE, SkipWait, Role.OFFICE)
def skip(docket: Docket, paper: SkipWait) -> None:
    """By order of the coordinating office what is owed need not be done; only where its end needs nothing."""
    wait, _ = open_wait(docket, paper.wait, Lever.SKIP)
    docket.clocks.settle(wait, by=docket.by, count=wait.open)
    docket.audit("wait.skipped", wait=wait.id, kind=wait.kind, approval=paper.approval)
    kind = WaitKind(wait.kind)
    notify(
        docket.session,
        wait.department,
        Role(wait.role),
        key=f"{wait.key}/skipped",
        event="skipped",
        text=f"“{kind.label}”经领导小组办公室决定免办（{paper.approval}）。理由：{paper.reason}",
        now=docket.now,
        task=wait.task,
        person=wait.assignee,
    )
    wake_holder(docket, wait)


def open_wait(
    docket: Docket, wait_id: str, lever: Lever, visits: Sequence[str] = ()
) -> tuple[Wait, Deadline]:
    """The open wait with its living deadline, where this actor may pull this lever on it.

    With `visits` these are split off first, so that the act is about them alone.
    """
    wait = wait_here(docket, wait_id)
    check_lever(WaitKind(wait.kind), lever, docket.submission.role, unit_approver(docket, wait))
    deadline = docket.clocks.deadline(wait)
    check_unit(lever, deadline)
    if not visits:
        return wait, deadline
    apart = split_off(docket.clocks, wait, visits, by=docket.by)
    if apart.id != wait.id:
        docket.audit("wait.split", former=wait.id, wait=apart.id, visits=sorted(visits), left=wait.open)
    return apart, docket.clocks.deadline(apart)


def wait_here(docket: Docket, wait_id: str) -> Wait:
    """An open wait of this case that is the acting department's, or anybody's where the office acts."""
    wait = docket.session.get(Wait, wait_id)
    if wait is None or not _of_this_case(docket, wait):
        raise Refusal("WaitUnknown", f"此案中没有待办 {wait_id}；可用 deadline list 查看待办编号")
    if wait.closed_at is not None:
        raise Refusal("WaitClosed", "该待办已办结，期限不再变动，无须办理")
    if docket.submission.role is not Role.OFFICE and docket.department != wait.department:
        owner = name_of(docket.session, wait.department)
        office = "" if wait.role == Role.OFFICE else "或领导小组办公室"
        raise Refusal("NotOwnWait", f"该待办不由本部门承办，须由{owner}{office}办理")
    return wait


def unit_approver(docket: Docket, wait: Wait) -> Role:
    """Who approves a department's own acts on its clocks, by its policy."""
    return Role(docket.clocks.policies.value(PolicyKey.CLOCK_APPROVER, wait.department))


def check_unit(lever: Lever, deadline: Deadline) -> None:
    """Office hours are too short a period to stand still."""
    if lever in (Lever.SUSPEND, Lever.RESUME) and Unit(deadline.unit) is Unit.WORKING_HOUR:
        raise Refusal("ShortClock", "以工作小时计的期限不能中止，请用 task extend-wait 延期")


def _of_this_case(docket: Docket, wait: Wait) -> bool:
    return ruled_by(wait) == docket.submission.target


def _stood(docket: Docket, wait: Wait) -> list[Suspension]:
    return suspension_rows(docket.session, wait.id)


def _stand(docket: Docket, wait: Wait, first: date, last: date | None, reason: str) -> None:
    docket.session.add(
        Suspension(wait=wait.id, from_day=first, to_day=last, reason=reason, submission=docket.by)
    )
    docket.session.flush()


def _finish(docket: Docket, wait: Wait, former: Deadline, moved: Deadline, reason: str) -> None:
    """Both dates into the trail and the answer; those concerned are told; who sleeps on it is woken."""
    docket.data = {
        "wait": wait.id,
        "from": last_words(former),
        "to": last_words(moved),
        "suspended": moved.suspended,
    }
    docket.audit("deadline.moved", cause=moved.cause.value, **docket.data)
    tell_moved(docket.clocks, wait, former, moved, f"理由：{reason}")
    wake_holder(docket, wait)


def wake_holder(docket: Docket, wait: Wait) -> None:
    """The case that rules on the act re-reads its rows itself; a desk, or a row's watch, has to be told."""
    if wait.scope != docket.submission.target:
        wake(docket.session, wait.scope, "clock moved", source=wait.department, now=docket.now)
