"""`inbox`: the notices that were delivered, and what the person's departments owe (收件箱、待办)."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import typer
from sqlmodel import Session, col, select

from activities.authority import postings_of
from activities.clocks.waits import ITS_CLOCK
from activities.clocks.wording import told
from cli.acting import Who, asks
from cli.context import Json, show
from cli.given import department_names
from cli.inbox import deliveries as inbox_deliveries
from cli.tables import print_table
from models.organisation import Posting
from models.trail import Deadline, Notification, Wait
from rules.calendar import local_day, until_words
from rules.ladder import Level
from rules.refusal import Refusal

app = typer.Typer(invoke_without_command=True)
app.add_typer(inbox_deliveries.app)

_NEWEST = 50


@app.callback()
@asks
def inbox(context: typer.Context, who: Who, as_json: Json = False) -> None:
    """收件箱：所在部门的待办（本人职务的在前）和送达的通知，新的在前。"""
    if context.invoked_subcommand is not None:
        return
    with who.database.read() as session:
        held = _held(session, who)
        waits = _waits(session, held, who.person)
        notices = _notices(session, held, who.person)

    def text() -> None:
        columns = {
            "mine": "本人",
            "department_name": "部门",
            "role_name": "职务",
            "what": "待办",
            "open": "件数",
            "due": "期限",
            "command": "怎样办",
        }
        rows = [{**one, "mine": "●" if one["mine"] else "", "due": _until(one)} for one in waits]
        print_table(columns, rows, title="待办", empty="没有待办")
        columns = {"delivered_at": "送达", "department_name": "部门", "text": "通知"}
        print_table(columns, notices, title="通知", empty="没有通知")

    show({"waits": waits, "notices": notices}, as_json=as_json, text=text)


def _until(wait: Mapping[str, Any]) -> str:
    if wait["suspended"]:
        return "中止中"
    late = "⚠ " if wait["level"] >= Level.HEAD else ""
    return f"{late}{until_words(wait['due'])}{'（暂定）' if wait['provisional'] else ''}"


def _held(session: Session, who: Who) -> list[Posting]:
    held = postings_of(session, who.person, local_day(datetime.now(UTC)))
    here = [one for one in held if who.department_id in (None, one.department)]
    if not here:
        raise Refusal("NotPosted", f"{who.person} 今日没有任何有效职务；请先 person post 登记")
    return here


def _waits(session: Session, held: Sequence[Posting], person: str) -> list[dict[str, Any]]:
    mine = {(one.department, one.role) for one in held}
    names = department_names(session, [one.department for one in held])
    rows = session.exec(
        select(Wait, Deadline)
        .join(Deadline, ITS_CLOCK)
        .where(col(Wait.department).in_({one.department for one in held}), col(Wait.closed_at).is_(None))
        .order_by(col(Wait.opened_at).desc(), col(Wait.key))
    ).all()
    said = told(session, [wait for wait, _ in rows])
    found = [
        {
            "mine": (wait.department, wait.role) in mine and wait.assignee in (None, person),
            "department": wait.department,
            "department_name": names.get(wait.department, wait.department),
            "role": wait.role.value,
            "role_name": wait.role.label,
            "kind": wait.kind,
            "what": said[wait.id].what,
            "task": wait.task,
            "scope": wait.scope,
            "open": wait.open,
            "opened_at": wait.opened_at,
            "due": deadline.due,
            "provisional": deadline.provisional,
            "suspended": deadline.suspended,
            "level": wait.level,
            "command": said[wait.id].command,
        }
        for wait, deadline in rows
    ]
    return sorted(found, key=lambda one: not one["mine"])


def _notices(session: Session, held: Sequence[Posting], person: str) -> list[dict[str, Any]]:
    """What was delivered to the roles that the person holds."""
    mine = {(one.department, one.role) for one in held}
    names = department_names(session, [one.department for one in held])
    rows = session.exec(
        select(Notification)
        .where(
            col(Notification.department).in_({one.department for one in held}),
            col(Notification.role).in_({one.role for one in held}),
            col(Notification.delivered_at).is_not(None),
        )
        .order_by(col(Notification.delivered_at).desc(), col(Notification.created_at).desc())
        .limit(_NEWEST)
    )
    return [
        {
            "delivered_at": row.delivered_at,
            "department": row.department,
            "department_name": names.get(row.department, row.department),
            "role": row.role.value,
            "event": row.event,
            "task": row.task,
            "urgent": row.urgent,
            "text": row.text,
        }
        for row in rows
        if (row.department, row.role) in mine and row.person in (None, person)
    ]
