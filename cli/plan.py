"""`plan`: read, import, settle and adopt the annual plan (抽查工作计划)."""

import hashlib
import json
import sys
from collections import Counter
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlmodel import Session, col, select

from activities.acts.plans import rows_of
from adapters.plan_files import read_plan
from cli.acting import Who, acts
from cli.context import Context, Json, out, show
from cli.given import department_names, read_bytes
from cli.plan_words import flag_words, parse_value, status_words, value_words
from cli.tables import bar, done, hint, print_table
from models.papers import AdoptPlan, ImportPlan, SetPlanField
from models.plan import PlanDocument, PlanRow
from rules.launchable import LABELS
from rules.plan.reading import DocumentReading, PlanReading
from rules.refusal import Refusal

app = typer.Typer(help="计划：读取、导入、核定、采用年度抽查计划", no_args_is_help=True)

PlanFile = Annotated[
    Path, typer.Argument(metavar="文件", help="计划通知：Markdown、TSV、CSV、XLSX、DOCX 或文字版 PDF")
]
Document = Annotated[str, typer.Argument(metavar="计划编号", help="形如 yc-2024，以领导小组办公室代号开头")]
Seq = Annotated[str, typer.Argument(metavar="序号")]


@app.command("read")
def read(
    file: PlanFile,
    jsonl: Annotated[bool, typer.Option("--jsonl", help="每行一个 JSON 对象，接口稳定")] = False,
) -> None:
    """读出计划文件的每一行，不触及数据库。"""
    reading = _read(file)
    if jsonl:
        for row in reading.rows:
            sys.stdout.write(json.dumps(row.to_json(reading.document), ensure_ascii=False) + "\n")
        return
    for name, field in reading.document.to_json().items():
        out.print(
            f"{_DOCUMENT[name]}：{field['value'] or ''}（{status_words(field['status'])}）", markup=False
        )
    rows = [_row_view(row.seq, row.to_json(reading.document)["fields"], row.flags) for row in reading.rows]
    print_table({**_COLUMNS, "flags": "提示"}, rows)


@app.command("import")
@acts
def import_(file: PlanFile, document: Document, who: Who) -> None:
    """导入计划文件；导入的是提案，逐项核定后再采用。"""
    data = read_bytes(file)
    reading = _read(file)
    repeated = [seq for seq, count in Counter(row.seq for row in reading.rows).items() if count > 1]
    if repeated:
        raise Refusal("SeqRepeated", f"{file.name} 中序号重复：{'、'.join(repeated)}；请在文件中改正后再导入")
    answer = who.to_office(
        ImportPlan(
            document=document,
            file_sha256=hashlib.sha256(data).hexdigest(),
            reading={
                name: getattr(reading.document, name).to_json() for name in DocumentReading.model_fields
            },
            rows=tuple(_paper_row(reading, number) for number in range(len(reading.rows))),
        )
    )
    again = "（内容相同，未变动）" if answer.data.get("unchanged") else ""
    done(f"已导入 {document}：{answer.data['rows']}行{again}")
    hint(f"查看待核定的行：starter.py plan rows {document} --open；采用：starter.py plan adopt {document}")


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
        _known(session, document)
        stored = [row for row in rows_of(session, document) if row.obstacles or not only_open]
        names = department_names(session, [one for row in stored for one in _departments(row)])
    data = [
        {
            **_row_view(row.seq, row.fields, row.flags),
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
    show(data, as_json=as_json, text=lambda: print_table({**_COLUMNS, "state": "状态"}, data))


@app.command("show")
def show_row(document: Document, seq: Seq, as_json: Json = False) -> None:
    """逐字段查看一行：读出的值、原文、依据，和不能发起的原因。"""
    with Context().database.read() as session:
        _known(session, document)
        row = session.exec(
            select(PlanRow).where(col(PlanRow.document) == document, col(PlanRow.seq) == seq)
        ).first()
    if row is None:
        raise Refusal("RowUnknown", f"没有计划 {document} 的序号 {seq}；可用 plan rows {document} 查看")

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


@app.command("set")
@acts
def set_field(
    document: Document,
    seq: Seq,
    field: Annotated[str, typer.Argument(metavar="字段", help="如 ratio、window、initiator，见 plan show")],
    value: Annotated[str, typer.Argument(metavar="值", help="文字，或该字段形状的 JSON")],
    reason: Annotated[str, typer.Option("--reason", help="依据（如电话核实、补充通知文号）")],
    who: Who,
) -> None:
    """核定一行的一个字段；原读数留痕。"""
    who.to_office(
        SetPlanField(document=document, seq=seq, field=field, value=parse_value(field, value), reason=reason)
    )
    done(f"已核定 {document} 序号 {seq} 的{LABELS[field]}")
    hint(f"再次采用后生效：starter.py plan adopt {document}")


@app.command("adopt")
@acts
def adopt(document: Document, who: Who, as_json: Json = False) -> None:
    """采用计划：完整的行可以发起，其余列明原因。"""
    answer = who.to_office(AdoptPlan(document=document))
    left_out: dict[str, list[str]] = answer.data["not_launchable"]

    def text() -> None:
        done(f"已采用 {document}：可发起{answer.data['adopted']}行，待核定{len(left_out)}行")
        rows = [{"seq": seq, "why": "；".join(why)} for seq, why in left_out.items()]
        if rows:
            print_table({"seq": "序号", "why": "不能发起的原因"}, rows)

    show(answer.data, as_json=as_json, text=text)


_DOCUMENT = {
    "number": "文号",
    "office": "发文机关",
    "title": "标题",
    "year": "年度",
    "date": "成文日期",
    "report_by": "报送截止",
    "result_days": "录入期限（工作日）",
    "min_count": "最少户数",
}
_COLUMNS = {
    "seq": "序号",
    "name": "抽查任务",
    "initiator": "发起部门",
    "partners": "配合部门",
    "ratio": "比例",
    "frequency": "频次",
    "window": "起止时间",
}


def _read(file: Path) -> PlanReading:
    with bar() as progress:
        line = progress.add_task(f"读取 {file.name}", total=None)
        return read_plan(file, lambda step, total: progress.update(line, completed=step, total=total))


def _paper_row(reading: PlanReading, number: int) -> dict[str, Any]:
    row = reading.rows[number].to_json(reading.document)
    del row["document"]
    return row


def _row_view(seq: str, fields: dict[str, Any], flags: list[str]) -> dict[str, Any]:
    shown = {name: value_words(name, fields[name]["value"]) for name in _COLUMNS if name in fields}
    return {"seq": seq, **shown, "flags": flag_words(flags)}


def _state(row: PlanRow) -> str:
    if row.obstacles:
        return f"待核定{len(row.obstacles)}项"
    return "可发起" if row.version else "完整，待采用"


def _departments(row: PlanRow) -> list[str]:
    return [one for one in [row.initiator, *row.partners] if one]


def _known(session: Session, document: str) -> None:
    if session.get(PlanDocument, document) is None:
        raise Refusal("PlanUnknown", f"没有计划 {document}；可用 plan list 查看，或先 plan import")
