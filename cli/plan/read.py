"""`plan read`: a notice read from its file alone, without the database and all that needs it."""

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from adapters.plan_files import read_plan
from cli.console import out
from cli.plan.words import flag_words, status_words, value_words
from cli.progress import bar
from cli.tables import print_table
from rules.plan.reading import PlanReading

app = typer.Typer(help="计划：读取、导入、核定、采用年度抽查计划", no_args_is_help=True)

PlanFile = Annotated[
    Path, typer.Argument(metavar="文件", help="计划通知：Markdown、TSV、CSV、XLSX、DOCX 或文字版 PDF")
]
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
COLUMNS = {
    "seq": "序号",
    "name": "抽查任务",
    "initiator": "发起部门",
    "partners": "配合部门",
    "ratio": "比例",
    "frequency": "频次",
    "window": "起止时间",
}


@app.command("read")
def read(
    file: PlanFile,
    jsonl: Annotated[bool, typer.Option("--jsonl", help="每行一个 JSON 对象，接口稳定")] = False,
) -> None:
    """读出计划文件的每一行，不触及数据库。"""
    reading = read_file(file)
    if jsonl:
        for row in reading.rows:
            sys.stdout.write(json.dumps(row.to_json(reading.document), ensure_ascii=False) + "\n")
        return
    for name, field in reading.document.to_json().items():
        out.print(
            f"{_DOCUMENT[name]}：{field['value'] or ''}（{status_words(field['status'])}）", markup=False
        )
    rows = [row_view(row.seq, row.to_json(reading.document)["fields"], row.flags) for row in reading.rows]
    print_table({**COLUMNS, "flags": "提示"}, rows)


def read_file(file: Path) -> PlanReading:
    """The reading of a notice, with a bar for files that take longer."""
    with bar() as progress:
        line = progress.add_task(f"读取 {file.name}", total=None)
        return read_plan(file, lambda step, total: progress.update(line, completed=step, total=total))


def row_view(seq: str, fields: dict[str, Any], flags: list[str]) -> dict[str, Any]:
    """The columns of a row in words."""
    shown = {name: value_words(name, fields[name]["value"]) for name in COLUMNS if name in fields}
    return {"seq": seq, **shown, "flags": flag_words(flags)}
