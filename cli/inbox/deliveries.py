"""`inbox deliveries`: what left the house by mail and messenger, and what fails to (送达情况)."""

from typing import Annotated, Any

import typer
from sqlmodel import Session, col, select

from activities.authority import check_role
from cli.acting import Who, asks
from cli.context import Json, show
from cli.tables import print_table
from models.delivery import Delivery, Digest, error_words
from models.organisation import Department
from models.trail import Notification
from rules.roles import Role

app = typer.Typer()

_MAY_SEE = frozenset({Role.OFFICE, Role.OPERATOR})
_NEWEST = 200


@app.command("deliveries")
@asks
def deliveries(
    who: Who,
    failed: Annotated[bool, typer.Option("--failed", help="只列没有送达的")] = False,
    as_json: Json = False,
) -> None:
    """邮件和即时通讯的送达情况，新的在前；办公室和运维人员查看。无人任职而无处可送的通知也在其中。"""
    posting = who.posting(_MAY_SEE)
    check_role(_MAY_SEE, posting.role)
    office = who.office_of(posting.department)
    with who.database.read() as session:
        rows = [*_undelivered(session, office), *_deliveries(session, office, failed=failed)]
    columns = {
        "made_at": "时间",
        "department": "部门",
        "channel_name": "渠道",
        "address": "地址",
        "tries": "次数",
        "state": "状态",
        "error_words": "错误",
        "next_try": "下次",
    }
    show(rows, as_json=as_json, text=lambda: print_table(columns, rows, empty="没有记录"))


def _deliveries(session: Session, office: str, *, failed: bool) -> list[dict[str, Any]]:
    statement = (
        select(Delivery, Digest.made_at, Department.name)
        .join(Digest, col(Digest.id) == col(Delivery.digest))
        .join(Department, col(Department.id) == col(Delivery.department))
        .where(col(Department.office) == office)
        .order_by(col(Digest.made_at).desc(), col(Delivery.id))
        .limit(_NEWEST)
    )
    if failed:
        statement = statement.where(col(Delivery.error).is_not(None), col(Delivery.delivered_at).is_(None))
    return [
        {
            "delivery": row.id,
            "made_at": made_at,
            "department": name,
            "channel": row.channel.value,
            "channel_name": row.channel.label,
            "address": row.address,
            "tries": row.tries,
            "state": _state(row),
            "error": row.error,
            "error_words": error_words(row.error),
            "next_try": row.next_try,
            "delivered_at": row.delivered_at,
        }
        for row, made_at, name in session.exec(statement)
    ]


def _undelivered(session: Session, office: str) -> list[dict[str, Any]]:
    """Notices to a role that nobody held: a message to nobody is no delivery."""
    rows = session.exec(
        select(Notification, Department.name)
        .join(Department, col(Department.id) == col(Notification.department))
        .where(col(Notification.office) == office, col(Notification.delivered_to) == "")
        .order_by(col(Notification.created_at).desc())
        .limit(_NEWEST)
    )
    return [
        {
            "delivery": notice.id,
            "made_at": notice.created_at,
            "department": name,
            "channel": "inbox",
            "channel_name": "收件箱",
            "address": notice.role.label,
            "tries": 1,
            "state": "无人任职",
            "error": "NobodyPosted",
            "error_words": error_words("NobodyPosted"),
            "next_try": None,
            "delivered_at": None,
        }
        for notice, name in rows
    ]


def _state(row: Delivery) -> str:
    if row.delivered_at is not None:
        return "已送达"
    if row.next_try is None:
        return "已放弃，请核对地址或渠道设置"
    return "重试中" if row.error else "待发送"
