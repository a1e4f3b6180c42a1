"""What contributors to a draw act owe, by when, and what happens where they miss it (承诺与揭示的期限)."""

from sqlmodel import col, select

from activities import audit
from activities.authority import office_department
from activities.clocks.waits import ITS_CLOCK, Clocks
from activities.desk.notices import notify
from activities.draw.contributions import (
    CONTRIBUTIONS,
    answered,
    awaits_value,
    chains,
    contributors,
    fixed_contributors,
    newest_act,
    opened_links,
    request_begins,
    settled,
    since_of,
)
from activities.draw.sealing import unseal
from models.organisation import Department
from models.task import ActStep, DrawAct, DrawStep, JointTask, SealedSecret
from models.trail import Deadline, Wait
from rules.draw_commitments import link
from rules.refusal import Refusal
from rules.roles import Role
from rules.waits import WaitKind

_OWED = (WaitKind.COMMIT.value, WaitKind.REVEAL.value)


def open_commitments(clocks: Clocks, task: JointTask, act: int, *, by: str) -> None:
    """Every contributor to an act that has not committed for its chain owes its commitment."""
    committed = chains(clocks.session, task.id, act)
    owing = [one for one in contributors(clocks.session, task, act) if one not in committed]
    keys = {one: _commit_key(clocks, task, act, one) for one in owing}
    _open(
        clocks, task, WaitKind.COMMIT, {one: key for one, key in keys.items() if clocks.find(key) is None}, by
    )


def open_reveals(clocks: Clocks, task: JointTask, act: int) -> None:
    """Every contributor to a fixed act owes its link."""
    keys = {one: reveal_key(task, act, one) for one in fixed_contributors(clocks.session, task.id, act)}
    _open(clocks, task, WaitKind.REVEAL, keys, f"draw act {act} fixed")


def settle_commitment(clocks: Clocks, task: JointTask, act: int, department: str, *, by: str) -> None:
    """A commitment has come: nobody waits for it any more."""
    clocks.settle_key(_commit_key(clocks, task, act, department), by=by)


def _commit_key(clocks: Clocks, task: JointTask, act: int, department: str) -> str:
    """The key of a commitment's wait: one a chain, and another where one that was missed is asked for again."""
    key = f"{task.id}/commit/{department}/{since_of(act)}"
    wait = clocks.find(key)
    if wait is None or wait.closed_at is None:
        return key
    return f"{task.id}/commit/{department}/{request_begins(clocks.session, task.id, act)}"


def reveal_key(task: JointTask, act: int, department: str) -> str:
    """The key of a reveal's wait."""
    return f"{task.id}/reveal/{act}/{department}"


def settle_overdue(clocks: Clocks, task: JointTask) -> None:
    """What is overdue of commitments and links is left out by rule and logged; kept links are opened.

    Called when the task's timer comes. The last department that could still contribute is never left
    out: its wait stays open and climbs the ladder.
    """
    act = newest_act(clocks.session, task.id)
    for wait, deadline in _owed(clocks, task):
        if deadline.due > clocks.now:
            continue
        if WaitKind(wait.kind) is WaitKind.COMMIT:
            _miss_commitment(clocks, task, wait)
        elif not _open_kept(clocks, task, act, wait.department):
            _miss(clocks, task, wait, act)
    clocks.session.flush()
    if act:
        await_public_value(clocks, task, act)
    watch_due(clocks, task)


def open_kept_links(clocks: Clocks, task: JointTask, act: int) -> None:
    """Open the links of secrets that the service keeps, once nobody who keeps their own is waited for."""
    session = clocks.session
    own = chains(session, task.id, act)
    waiting = set(fixed_contributors(session, task.id, act)) - answered(session, task.id, act)
    if waiting and all(own[department].kept_by == "service" for department in waiting):
        for department in sorted(waiting):
            _open_kept(clocks, task, act, department)


def await_public_value(clocks: Clocks, task: JointTask, act: int) -> None:
    """Once all links are settled the office owes the announced value; with too few links none is needed."""
    session = clocks.session
    row = session.get_one(DrawAct, (task.id, act))
    enough = len(opened_links(session, task.id, act)) >= CONTRIBUTIONS
    key = f"{task.id}/public-value/{act}"
    if enough and settled(session, task, act) and awaits_value(session, task, row) and not clocks.find(key):
        clocks.open(
            WaitKind.PUBLIC_VALUE,
            key=key,
            scope=f"joint-task/{task.id}",
            task=task.id,
            department=office_department(session, task.office),
            opened_by=f"links of draw act {act} settled",
        )


def watch_due(clocks: Clocks, task: JointTask) -> None:
    """Wake at the due moment itself, whatever rungs the ladder has: that is when the rule applies."""
    for _, deadline in _owed(clocks, task):
        if deadline.due > clocks.now and (deadline.next_rung is None or deadline.due < deadline.next_rung):
            deadline.next_rung = deadline.due


def _open(clocks: Clocks, task: JointTask, kind: WaitKind, keys: dict[str, str], by: str) -> None:
    """Open a wait for each of the departments, under its key."""
    if not keys:
        return
    office = office_department(clocks.session, task.office)
    clocks.meet((), keys.values())
    for department, key in keys.items():
        wait = clocks.open(
            kind, key=key, scope=f"joint-task/{task.id}", task=task.id, department=department, opened_by=by
        )
        if department == office:
            wait.role = Role.OFFICE
    watch_due(clocks, task)


def _owed(clocks: Clocks, task: JointTask) -> list[tuple[Wait, Deadline]]:
    rows = clocks.session.exec(
        select(Wait, Deadline)
        .join(Deadline, ITS_CLOCK)
        .where(
            col(Wait.scope) == f"joint-task/{task.id}",
            col(Wait.closed_at).is_(None),
            col(Wait.kind).in_(_OWED),
        )
        .order_by(col(Wait.key))
    )
    return list(rows)


def _miss_commitment(clocks: Clocks, task: JointTask, wait: Wait) -> None:
    office = office_department(clocks.session, task.office)
    act = int(wait.key.rsplit("/", 1)[1])
    rest = set(contributors(clocks.session, task, act)) - {office, wait.department}
    if not rest or wait.department == office:
        return
    _miss(clocks, task, wait, act)
    clocks.session.flush()
    open_commitments(clocks, task, act, by="missed commitment")


def _miss(clocks: Clocks, task: JointTask, wait: Wait, act: int) -> None:
    """Log a missed deadline: the step, the audit event, the notice; the wait is over."""
    session, department = clocks.session, wait.department
    session.add(
        DrawStep(
            task=task.id,
            act=act,
            step=ActStep.MISSED,
            department=department,
            content={"of": wait.kind, "at": clocks.now.isoformat()},
        )
    )
    clocks.settle(wait, by="missed", count=wait.open)
    audit.record(
        session,
        audit.task_chain(task.id),
        "draw.missed",
        at=clocks.now,
        department=department,
        detail={"act": act, "of": wait.kind},
    )
    name = session.get_one(Department, department).name
    what = WaitKind(wait.kind).label
    for body, role in ((department, Role.HEAD), (office_department(session, task.office), Role.OFFICE)):
        notify(
            session,
            body,
            role,
            key=f"{wait.key}/missed/{role.value}",
            event="missed",
            text=f"任务 {task.id} 第{act}次抽取：{name}逾期未{what}，按规则不计入定种，已记录",
            now=clocks.now,
            task=task.id,
            urgent=True,
        )


def _open_kept(clocks: Clocks, task: JointTask, act: int, department: str) -> bool:
    """Open the act's link of a secret that the service keeps; false where it keeps none or has no key."""
    session = clocks.session
    chain = chains(session, task.id, act)[department]
    if chain.kept_by != "service":
        return False
    sealed = session.get_one(SealedSecret, (task.id, department, chain.number))
    try:
        opened = link(unseal(sealed.ciphertext), act - chain.since + 1)
    except Refusal:
        return False
    content = {"actor": "service", "link": opened}
    step = DrawStep(task=task.id, act=act, step=ActStep.REVEALED, department=department, content=content)
    session.add(step)
    audit.record(
        session,
        audit.task_chain(task.id),
        "draw.opened",
        at=clocks.now,
        department=department,
        detail={"act": act, "kept_by": "service"},
    )
    session.flush()
    clocks.settle_key(reveal_key(task, act, department), by="service")
    return True
