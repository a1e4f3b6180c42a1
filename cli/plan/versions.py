"""`plan publish`, `adjust` and their kin: an adopted plan's versions, text and year (计划版本)."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from sqlmodel import col, select

from activities.plans.rounds import year_of
from activities.plans.rows import printed, rows_in_force, values_of
from activities.plans.text import published, published_text
from adapters.plan_sheets import write_published
from cli.acting import Who, acts
from cli.context import Context, Json, out, show
from cli.plan.adjusting import Adjustment, from_file, from_options
from cli.plan.given import Document, Seq, adopted_plan
from cli.tables import done, hint, print_table
from models.papers import AdjustPlan, OmitRound
from models.plan import PlanVersion
from rules.calendar import local_day
from rules.plan.difference import difference
from rules.plan_rounds import LaunchMode
from rules.refusal import Refusal

app = typer.Typer()

Version = Annotated[int | None, typer.Option("--version", min=1, metavar="版", help="哪一版，默认现行版")]


@app.command("publish")
def publish(
    document: Document,
    to: Annotated[Path, typer.Option("--to", metavar="目录", help="写到哪个目录")],
    version: Version = None,
) -> None:
    """写出采用文本（Markdown 和 XLSX）；plan read 读回与采用的内容一致。"""
    with Context().database.read() as session:
        plan = adopted_plan(session, document)
        number = version or plan.version
        text = published_text(session, plan, number)
        notice, rows = published(session, plan, number)
    to.mkdir(parents=True, exist_ok=True)
    base = to / f"{document}-v{number}"
    base.with_suffix(".md").write_text(text, encoding="utf-8")
    write_published(base.with_suffix(".xlsx"), notice, number, rows)
    done(f"已写出 {base}.md 和 {base}.xlsx：第{number}版，{len(rows)}行")


@app.command("diff")
def diff(
    document: Document,
    since: Annotated[int | None, typer.Option("--from", min=1, metavar="版")] = None,
    until: Annotated[int | None, typer.Option("--until", min=1, metavar="版")] = None,
    as_json: Json = False,
) -> None:
    """逐条列出两版之间的调整、增、减，及其申请文号和批准。"""
    with Context().database.read() as session:
        plan = adopted_plan(session, document)
        last = until or plan.version
        first = since or max(1, last - 1)
        sides = [
            {row.seq: values_of(row.fields) for row in rows_in_force(session, document, number)}
            for number in (first, last)
        ]
        papers = session.exec(
            select(PlanVersion)
            .where(col(PlanVersion.document) == document, col(PlanVersion.version) > first)
            .where(col(PlanVersion.version) <= last)
            .order_by(col(PlanVersion.version))
        ).all()
    lines = [line.words for line in difference(*sides)]

    def text() -> None:
        for one in papers:
            out.print(
                f"第{one.version}版 {one.adopted_on}：申请 {one.number}，批准 {one.approval}，{one.reason}",
                markup=False,
            )
        for line in lines:
            out.print(f"  {line}", markup=False)
        if not lines:
            out.print("两版没有不同")

    data = {"from": first, "until": last, "difference": lines}
    show(data, as_json=as_json, text=text)


@app.command("adjust")
@acts
def adjust(
    document: Document,
    who: Who,
    number: Annotated[str, typer.Option("--number", metavar="文号", help="书面申请的文号")],
    approval: Annotated[str, typer.Option("--approval", metavar="批准", help="批准的文号")],
    reason: Annotated[str, typer.Option("--reason", help="调整理由")],
    file: Annotated[Path | None, typer.Argument(metavar="文件", help="重新印发的整份计划")] = None,
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="序号:字段=值", help="调整一行的一个字段，可多次"),
    ] = None,
    remove: Annotated[
        list[str] | None, typer.Option("--remove", metavar="序号", help="调减一行，可多次")
    ] = None,
    pair: Annotated[
        list[str] | None,
        typer.Option("--pair", metavar="新序号=原序号", help="更正配对；等号后留空为新增的行，可多次"),
    ] = None,
    confirm: Annotated[
        str | None, typer.Option("--confirm", metavar="核对码", help="核对预览后，照其核对码办理")
    ] = None,
    as_json: Json = False,
) -> None:
    """调整、增、减：先预览（与现行版的对照和配对），核对后带核对码办理，成为新的一版。"""
    with who.database.read() as session:
        plan = adopted_plan(session, document)
        given = (
            from_file(session, plan, file, pair or [])
            if file is not None
            else from_options(session, plan, set_ or [], remove or [])
        )
    if confirm != given.code:
        _preview(given, document, as_json=as_json)
        if confirm is not None:
            raise Refusal(
                "PreviewChanged",
                "核对码与当前预览不符（现行版或文件已变），没有办理；请核对以上预览，用其核对码再办理",
            )
        return
    answer = who.to_office(
        AdjustPlan(
            document=document,
            number=number,
            approval=approval,
            reason=reason,
            file_sha256=given.file_sha256,
            notice=given.notice,
            changed=given.changed,
            removed=given.removed,
        )
    )

    def text() -> None:
        done(f"{document} 已调整为第{answer.data['version']}版")
        for line in answer.data["difference"]:
            out.print(f"  {line}", markup=False)
        for seq, tasks in answer.data["running"].items():
            hint(f"序号{seq}已发起的任务仍按原版本办理：{'、'.join(tasks)}")
        left_out = answer.data["not_launchable"]
        if left_out:
            hint(
                f"有{len(left_out)}行待核定后才进入新版，在此之前原内容有效：starter.py plan review {document}"
            )

    show(answer.data, as_json=as_json, text=text)


@app.command("omit")
@acts
def omit(
    document: Document,
    seq: Seq,
    number: Annotated[str, typer.Option("--number", metavar="文号", help="批准文号")],
    reason: Annotated[str, typer.Option("--reason", help="不再实施的理由")],
    who: Who,
    round_: Annotated[int, typer.Option("--round", min=1, metavar="轮次")] = 1,
) -> None:
    """领导小组办公室登记一轮抽查不再实施；催办随之停止。"""
    who.to_office(OmitRound(document=document, seq=seq, round=round_, number=number, reason=reason))
    done(f"已登记 {document} 序号{seq} 第{round_}轮未实施（{number}）")


@app.command("year")
def year(document: Document, as_json: Json = False) -> None:
    """全年进展：各行应发起几轮、已发起几轮、哪些逾期或未实施。"""
    today = local_day(datetime.now(UTC))
    with Context().database.read() as session:
        plan = adopted_plan(session, document)
        data = []
        for row in rows_in_force(session, document, plan.version):
            found = year_of(session, plan, row.seq, today)
            data.append(
                {
                    "seq": row.seq,
                    "name": row.name,
                    "window": printed(row.fields)["window"],
                    "mode": found.mode.label,
                    "state": found.state.label,
                    "rounds": [
                        f"第{one.number}轮 {one.first}至{one.last}"
                        # Who only watches is told by the row's state: nothing is to be launched here.
                        + ("" if found.mode is LaunchMode.WATCHED else f" {state.label}")
                        for one, state in found.rounds
                    ],
                }
            )
    columns = {"seq": "序号", "name": "抽查任务", "mode": "模式", "state": "状态", "rounds": "轮次"}
    show(data, as_json=as_json, text=lambda: print_table(columns, data))


def _preview(given: Adjustment, document: str, *, as_json: bool) -> None:
    def text() -> None:
        if given.pairs:
            columns = {"printed": "新序号", "key": "原序号", "likeness": "相似度", "name": "抽查任务"}
            print_table(columns, given.pairs, title="配对（不对的用 --pair 新序号=原序号 更正）")
        for line in given.difference:
            out.print(f"  {line}", markup=False)
        if given.difference:
            hint(f"核对无误后，同一命令加 --confirm {given.code} 办理（{document} 将成为新的一版）")
        else:
            out.print("  与现行版没有不同，无须办理")

    data = {"pairs": given.pairs, "difference": given.difference, "confirm": given.code}
    show(data, as_json=as_json, text=text)
