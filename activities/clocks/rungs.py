"""Firing the rungs of a scope's waits: notices only, each claimed by insert (催办升级)."""

from sqlmodel import col, select

from activities.authority import name_of, office_department
from activities.clocks.waits import ITS_CLOCK, Clocks
from activities.clocks.wording import told_of
from activities.desk.notices import desk_id, notify
from activities.waking import wake
from models.trail import Deadline, Wait
from rules.ladder import Fired, Level, recipients
from rules.roles import Role


def fire_due(clocks: Clocks, scope: str) -> int:
    """Fire what is due in a scope and return how many rungs were sent."""
    rows = clocks.session.exec(
        select(Wait, Deadline)
        .join(Deadline, ITS_CLOCK)
        .where(
            col(Wait.scope) == scope,
            col(Wait.closed_at).is_(None),
            col(Deadline.next_rung).is_not(None),
            col(Deadline.next_rung) <= clocks.now,
        )
        .order_by(col(Wait.key))
    ).all()
    sent = 0
    for wait, deadline in rows:
        fired = clocks.fire(wait, deadline)
        if fired is not None and not told_of(clocks.session, wait).by_itself:
            _tell(clocks, wait, deadline, fired)
            sent += 1
    return sent


def _tell(clocks: Clocks, wait: Wait, deadline: Deadline, fired: Fired) -> None:
    rung, repetition = fired
    said = told_of(clocks.session, wait)
    owed = f"{said.what}（{wait.open}件未办，{deadline.due_day}到期）"
    told = set()
    for role in recipients(rung, wait.role):
        # What an office itself owes may be the one's above; all else climbs to the case's own office.
        to_office = role is Role.OFFICE and wait.role is not Role.OFFICE
        department = office_department(clocks.session, wait.office) if to_office else wait.department
        told.add(department)
        # Who is told of another's debt is told whose it is, and that the command is theirs.
        owner = name_of(clocks.session, wait.department) if department != wait.department else ""
        words = f"{owner}未办：{owed}。由其办理" if owner else f"{owed}。办理"
        notify(
            clocks.session,
            department,
            role,
            key=f"{wait.key}/{deadline.due.isoformat()}/{rung.name}/{repetition}/{role.value}",
            event="overdue" if rung.offset > 0 else "due",
            text=f"{rung.label}：{words}：{said.command}",
            now=clocks.now,
            task=wait.task,
            urgent=rung.level >= Level.HEAD,
            person=wait.assignee if role is wait.role else None,
        )
    desk = desk_id(wait.department, clocks.today.year)
    if wait.department not in told and wait.scope != desk:
        # Told to the office alone; the desk of who owes it shows the new level and the next rung all the same.
        wake(clocks.session, desk, "overdue", source=wait.task or wait.department, now=clocks.now)
