"""`plan`: import, settle and adopt the annual plan (抽查工作计划)."""

import hashlib
from typing import Annotated

import typer
from sqlmodel import col, select

from activities.plans.rows import row_of, rows_of
from cli.acting import Who, acts
from cli.context import Context, Json, out, show
from cli.given import department_names, read_bytes
from cli.plan import coverage as plan_coverage
from cli.plan import names as plan_names
from cli.plan import question_sheet
from cli.plan import review as plan_review
from cli.plan import versions as plan_versions
from cli.plan.coverage import print_coverage
from cli.plan.given import Document, Seq, known_plan, paper_rows
from cli.plan.read import COLUMNS, PlanFile, read_file, row_view
from cli.plan.words import flag_words, status_words, value_words
from cli.tables import done, hint, print_table
from models.papers import AdoptPlan, ImportPlan
from models.plan import PlanDocument, PlanRow
from rules.launchable import LABELS
from rules.plan.reading import DocumentReading

app = typer.Typer()


@app.command("import")
@acts
def import_(file: PlanFile, document: Document, who: Who) -> None:
    """导入计划文件；导入的是提案，逐项核定后再采用。"""
    data = read_bytes(file)
    reading = read_file(file)
    rows = paper_rows(reading)
    answer = who.to_office(
        ImportPlan(
            document=document,
            file_sha256=hashlib.sha256(data).hexdigest(),
            reading={
                name: getattr(reading.document, name).to_json() for name in DocumentReading.model_fields
            },
            rows=tuple(rows),
        )
    )
    again = "（内容相同，未变动）" if answer.data.get("unchanged") else ""
    done(f"已导入 {document}：{answer.data['rows']}行{again}")
    anew = [row["seq"] for row, one in zip(rows, reading.rows, strict=True) if row["seq"] != one.seq]
    if anew:
        out.print(f"  序号有重复，另编行号：{anew[0]}等{len(anew)}行（如第二段的1号为2-1）", markup=False)
    hint(f"核定未读明之处：starter.py plan review {document}；采用：starter.py plan adopt {document}")


@app.command("list")
def list_(as_json: Json = False) -> None:
    """列出全部计划。"""
    with Context().database.read() as session:
        plans = session.exec(select(PlanDocument).order_by(col(PlanDocument.id))).all()
        data = [
            {
                "document": plan.id,
                "number": plan.number,
                "title": plan.title,
                "year": plan.year,
                "status": plan.status.label,
                "version": plan.version,
            }
            for plan in plans
        ]
    columns = {"document": "计划编号", "number": "文号", "title": "标题", "year": "年度", "status": "状态"}
    show(data, as_json=as_json, text=lambda: print_table(columns, data))


@app.command("rows")
def rows(
    document: Document,
    only_open: Annotated[bool, typer.Option("--open", help="只列不能发起的行")] = False,
    as_json: Json = False,
) -> None:
    """列出计划的各行，及其能否发起。"""
    with Context().database.read() as session:
        known_plan(session, document)
        stored = [row for row in rows_of(session, document) if row.obstacles or not only_open]
        names = department_names(session, [one for row in stored for one in _departments(row)])
    data = [
        {
            **row_view(row.seq, row.fields, row.flags),
            "line": row.line,
            "initiator_id": row.initiator,
            "partner_ids": row.partners,
            "adopted": row.version > 0,
            "obstacles": row.obstacles,
            "state": _state(row),
            "initiator": names.get(
                row.initiator or "", value_words("initiator", row.fields["initiator"]["value"])
            ),
        }
        for row in stored
    ]
    show(data, as_json=as_json, text=lambda: print_table({**COLUMNS, "state": "状态"}, data))


@app.command("show")
def show_row(document: Document, seq: Seq, as_json: Json = False) -> None:
    """逐字段查看一行：读出的值、原文、依据，和不能发起的原因。"""
    with Context().database.read() as session:
        known_plan(session, document)
        row = row_of(session, document, seq)

    def text() -> None:
        fields = [
            {
                "label": f"{LABELS[name]} {name}",
                "value": value_words(name, field["value"]),
                "status": status_words(field["status"]),
                "raw": field["raw"],
                "why": field["why"],
            }
            for name, field in row.fields.items()
        ]
        out.print(f"{document} 序号 {seq}（文件第{row.line}行）：{_state(row)}", markup=False)
        if row.flags:
            out.print(f"提示：{flag_words(row.flags)}", markup=False)
        columns = {"label": "字段", "value": "值", "status": "依据", "raw": "原文", "why": "说明"}
        print_table(columns, fields)
        for obstacle in row.obstacles:
            out.print(f"  ✗ {obstacle}", markup=False)
        if row.obstacles:
            hint(f"核定：starter.py plan set {document} {seq} 字段 值 --reason 依据")

    data = row.model_dump(mode="json", exclude={"id"})
    show(data, as_json=as_json, text=text)


@app.command("adopt")
@acts
def adopt(
    document: Document,
    who: Who,
    no_number: Annotated[
        str | None, typer.Option("--no-number", metavar="原因", help="通知没有文号时，写明原因入档")
    ] = None,
    as_json: Json = False,
) -> None:
    """采用计划：完整的行可以发起，其余列明原因；补全后再次采用即可补入。"""
    answer = who.to_office(AdoptPlan(document=document, no_number=no_number))
    left_out: dict[str, list[str]] = answer.data["not_launchable"]

    def text() -> None:
        done(f"已采用 {document}：可发起{answer.data['adopted']}行，待核定{len(left_out)}行")
        # A cause that many rows share is told once.
        causes: dict[str, list[str]] = {}
        for seq, why in left_out.items():
            for cause in why:
                causes.setdefault(cause, []).append(seq)
        rows = [{"why": cause, "seq": seqs} for cause, seqs in causes.items()]
        if rows:
            print_table({"why": "不能发起的原因", "seq": "序号"}, rows)
            if any("别名" in cause for cause in causes):
                hint(f"名称对不上的：starter.py plan names {document} --alias 教育局=部门编号")
            hint(f"逐项核定：starter.py plan review {document}；核定后再次采用即补入")
        print_coverage(who.database, document)
        hint(f"发布采用文本：starter.py plan publish {document} --to 目录")

    show(answer.data, as_json=as_json, text=text)


app.add_typer(plan_review.app)
app.add_typer(question_sheet.app)
app.add_typer(plan_names.app)
app.add_typer(plan_coverage.app)
app.add_typer(plan_versions.app)


def _state(row: PlanRow) -> str:
    if row.withdrawn:
        return "已调减"
    if row.obstacles:
        return f"待核定{len(row.obstacles)}项" + ("（现行版本仍有效）" if row.version else "")
    return "可发起" if row.version else "完整，待采用"


def _departments(row: PlanRow) -> list[str]:
    return [one for one in [row.initiator, *row.partners] if one]
