"""`audit`: verify, anchor and read the audit trail (留痕)."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from sqlmodel import col, func, select

from activities import audit
from cli.acting import reads
from cli.context import Context, Json, err, show
from cli.tables import done, hint, print_table
from models.trail import AuditEvent, AuditHead
from rules.calendar import local_day
from rules.refusal import Refusal

app = typer.Typer(help="留痕：核验、锚点、查看", no_args_is_help=True)

_BROKEN = 1


@app.command("verify")
def verify(as_json: Json = False) -> None:
    """核验全部哈希链和锚点；有问题时退出码为 1。"""
    with Context().database.read() as session:
        faults = audit.verify(session)
        chains = session.exec(select(func.count()).select_from(AuditHead)).one()
        events = session.exec(select(func.count()).select_from(AuditEvent)).one()

    def text() -> None:
        if not faults:
            done(f"{chains}条链、{events}条留痕，全部衔接无误")
        for fault in faults:
            err.print(f"✗ {fault}", markup=False)

    show({"chains": chains, "events": events, "faults": faults}, as_json=as_json, text=text)
    if faults:
        raise typer.Exit(_BROKEN)


@app.command("anchor")
def anchor(
    file: Annotated[Path | None, typer.Option("--file", help="另存到此文件，交由别处保管")] = None,
    as_json: Json = False,
) -> None:
    """给出当日锚点：全部链尾的哈希；当日首次办理时生成。"""
    with Context().database.write() as session:
        made = audit.anchor(session, local_day(datetime.now(UTC)))
        data = {"day": made.day.isoformat(), "heads": made.heads, "hash": made.hash}
    if file is not None:
        file.write_text(
            json.dumps(data, ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8"
        )

    def text() -> None:
        done(f"{made.day} 锚点（{len(made.heads)}条链）：{made.hash}")
        if file is not None:
            hint(f"已存到 {file}，请交由本系统之外保管")

    show(data, as_json=as_json, text=text)


@app.command("show")
@reads
def show_chain(
    chain: Annotated[
        str | None,
        typer.Argument(metavar="链", help="任务、计划或办公室编号（链名如 task/<任务>）；不写则列出全部链"),
    ] = None,
    as_json: Json = False,
) -> None:
    """查看一条链上的留痕：何时、何人、何事。"""
    with Context().database.read() as session:
        if chain is None:
            heads = session.exec(select(AuditHead).order_by(col(AuditHead.chain)))
            data = [head.model_dump(mode="json") for head in heads]
            columns = {"chain": "链", "number": "条数", "hash": "链尾哈希"}
        else:
            names = [chain, audit.task_chain(chain), audit.plan_chain(chain), audit.office_chain(chain)]
            events = session.exec(
                select(AuditEvent).where(col(AuditEvent.chain).in_(names)).order_by(col(AuditEvent.number))
            )
            data = [{**event.model_dump(mode="json"), "at": event.at} for event in events]
            if not data:
                raise Refusal("ChainUnknown", f"没有链 {chain}；不写链名则列出全部链：audit show")
            columns = {
                "number": "序",
                "at": "时间",
                "actor": "何人",
                "acting_for": "代理",
                "department": "部门",
                "event": "何事",
                "detail": "详情",
            }
    show(data, as_json=as_json, text=lambda: print_table(columns, data))
