"""`publication rejections|resend|declared`: what the platform rejected, and sending it again (退回与重报)."""

from collections import defaultdict
from typing import Annotated, Any

import typer
from sqlmodel import Session, col, select

from activities.exchange.publishing import scope_of
from activities.exchange.records import record_of
from cli.acting import Who, acts, reads, task_id
from cli.context import Context, Json, show
from cli.given import department_names
from cli.tables import done, hint, in_chunks, print_table
from models.exchange import Declaration, ExchangeRejection
from models.outcomes import Publication
from models.papers import MAX_LINES, AmendRecord, ResendPublications
from rules.record_fields import RecordField, label_of, way_of
from rules.refusal import Refusal

app = typer.Typer()

_TO_CORRECT = "待更正"
TaskArgument = Annotated[str, typer.Argument(metavar="任务编号")]


@app.command("rejections")
@reads
def rejections(task: TaskArgument, as_json: Json = False) -> None:
    """列出省平台退回过的每一次：逐栏的原因，现在是否已更正录入。"""
    with Context().database.read() as session:
        known = _records(session, task_id(task))
        rows = session.exec(
            select(ExchangeRejection)
            .where(col(ExchangeRejection.key).in_(list(known)))
            .order_by(col(ExchangeRejection.at), col(ExchangeRejection.key))
        ).all()
        names = department_names(session, [one.department for one in known.values()])
        sent = {row.key: _said(session, known[row.key], row.fields) for row in rows}
    data: list[dict[str, Any]] = [
        {
            "record": known[row.key].id,
            "key": row.key,
            "department": known[row.key].department,
            "department_name": names.get(known[row.key].department, known[row.key].department),
            "revision": row.revision,
            "fields": [f"{label_of(name)}（{name}）：{why}" for name, why in row.fields.items()]
            or [row.reason],
            "now": sent[row.key],
            "ways": list(dict.fromkeys(way_of(name) for name in row.fields or {"": ""})),
            "at": row.at,
            "state": _state(known[row.key], row.revision),
        }
        for row in rows
    ]
    columns = {
        "record": "报送编号",
        "department_name": "部门",
        "key": "业务键",
        "revision": "次",
        "fields": "退回原因",
        "now": "再报将为",
        "at": "退回时间",
        "state": "现状",
    }

    def text() -> None:
        print_table(columns, data, empty="没有被退回的报送")
        waiting = [one for one in data if one["state"] == _TO_CORRECT]
        for way in dict.fromkeys(way for one in waiting for way in one["ways"]):
            hint(way)
        if waiting:
            hint(
                f"更正后重新报送：starter.py publication resend {task_id(task)} 报送编号 --reason 更正了什么"
            )

    show(data, as_json=as_json, text=text)


@app.command("declared")
@reads
def declared(task: TaskArgument, as_json: Json = False) -> None:
    """列出向省平台报送的任务和领取情况及其回执。"""
    with Context().database.read() as session:
        rows = session.exec(
            select(Declaration)
            .where(col(Declaration.task) == task_id(task))
            .order_by(col(Declaration.queued_at), col(Declaration.key))
        ).all()
        names = department_names(session, [row.department for row in rows])
    data = [
        {
            "record": row.id,
            "kind_name": row.kind.label,
            "department": row.department,
            "department_name": names.get(row.department, row.department),
            "content": "；".join(f"{value}" for value in row.content.values() if value),
            "receipted_at": row.receipted_at,
            "receipt": row.receipt,
            "rejected": row.rejected,
        }
        for row in rows
    ]
    columns = {
        "record": "报送编号",
        "kind_name": "内容",
        "department_name": "部门",
        "receipted_at": "平台回执",
        "receipt": "回执号",
        "rejected": "退回原因",
    }
    show(data, as_json=as_json, text=lambda: print_table(columns, data))


@app.command("resend")
@acts
def resend(
    task: TaskArgument,
    reason: Annotated[str, typer.Option("--reason", metavar="理由", help="更正了什么，入档留痕")],
    who: Who,
    records: Annotated[list[str] | None, typer.Argument(metavar="[报送编号]...")] = None,
    all_: Annotated[bool, typer.Option("--all", help="本部门在此任务中全部被退回的")] = False,
) -> None:
    """更正后重新报送被退回的事项：键不变，次数加一，内容按更正后的登记重新生成。"""
    own = who.actor(ResendPublications).department
    with who.database.read() as session:
        known = {row.id: row for row in _records(session, task_id(task)).values()}
    if all_:
        chosen = [row for row in known.values() if row.department == own and row.rejected is not None]
    else:
        if unknown := [one for one in records or [] if one not in known]:
            raise Refusal("PublicationUnknown", f"不是此任务的报送事项：{'、'.join(unknown[:5])}")
        chosen = [known[one] for one in records or []]
    if not chosen:
        raise Refusal(
            "NothingToResend", "没有要重新报送的；请写明报送编号或用 --all，编号见 publication rejections"
        )
    groups: dict[str, list[str]] = defaultdict(list)
    for row in chosen:
        target = scope_of(row) if isinstance(row, Publication) else f"joint-task/{row.task}"
        groups[target].append(row.id)
    count = 0
    for target, ids in groups.items():
        for piece in in_chunks(sorted(ids), MAX_LINES):
            several = f"{who.message_id}-{count}" if who.message_id and count else who.message_id
            paper = ResendPublications(records=tuple(piece), reason=reason)
            who.send(target, paper, message_id=several)
            count += len(piece)
    done(f"已重新报送{count}项")
    hint(f"进展：starter.py publication rejections {task_id(task)}")


@app.command("amend")
@acts
def amend(
    task: TaskArgument,
    record: Annotated[str, typer.Argument(metavar="报送编号", help="见 publication rejections")],
    fields: Annotated[
        list[str],
        typer.Option(
            "--field", metavar="栏=值", help="、".join(f"{one.value}（{one.label}）" for one in RecordField)
        ),
    ],
    basis: Annotated[str, typer.Option("--basis", metavar="依据", help="如营业执照、登记机关的核准文书")],
    reason: Annotated[str, typer.Option("--reason", metavar="理由", help="理由，入档留痕")],
    who: Who,
) -> None:
    """主要负责人签字更正一项被退回报送的某几栏（结果除外）；前后的值均留存，随后重新报送。"""
    pairs = [one.partition("=") for one in fields]
    if wrong := [name for name, mark, value in pairs if not mark or not value]:
        raise Refusal("FieldMalformed", f"--field 请写成 栏=值：{'、'.join(wrong)}")
    with who.database.read() as session:
        known = {row.id: row for row in _records(session, task_id(task)).values()}
    row = known.get(record)
    if row is None:
        raise Refusal("PublicationUnknown", f"不是此任务的报送事项：{record}")
    paper = AmendRecord(
        record=record, fields={name: value for name, _, value in pairs}, basis=basis, reason=reason
    )
    who.send(scope_of(row) if isinstance(row, Publication) else f"joint-task/{row.task}", paper)
    done(f"已更正{len(pairs)}栏，前后的值均已留存")
    hint(f"由经办人重新报送：starter.py publication resend {task_id(task)} {record} --reason {reason}")


def _said(session: Session, row: Publication | Declaration, fields: dict[str, str]) -> list[str]:
    """What the rejected fields would say if the record were sent again now."""
    made = record_of(session, row).model_dump(mode="json")
    return [f"{label_of(name)}：{made[name]}" for name in fields if name in made]


def _records(session: Session, task: str) -> dict[str, Publication | Declaration]:
    """All that a task has for the platform, by business key."""
    found: dict[str, Publication | Declaration] = {
        row.key: row for row in session.exec(select(Publication).where(col(Publication.task) == task))
    }
    for row in session.exec(select(Declaration).where(col(Declaration.task) == task)):
        found[row.key] = row
    return found


def _state(row: Publication | Declaration, revision: int) -> str:
    if row.receipted_at is not None:
        return "已录入"
    return _TO_CORRECT if row.rejected is not None and row.revision == revision else "已重新报送"
