"""What came of a bulk job, row by row: on the terminal, and in a workbook that can be given again."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from activities.bulk import (
    BulkRow,
    rows_of,
)
from activities.papers.filing import Trial
from adapters.result_sheets import Column, write_sheet
from cli.bulk.levers import FORMS, BulkLever
from cli.context import err, out, show
from cli.tables import done, hint, print_table
from cli.waits import moved_words
from models.operations import BulkJob
from models.trail import Answer, Outcome
from rules.refusal import Refusal


def report(
    job: BulkJob,
    answers: Mapping[int, Answer | Trial],
    result: Path | None,
    *,
    as_json: bool,
    dry: bool,
) -> None:
    """Row by row what came of it, on the terminal and in the result file; refused at the end where any was."""
    lines = [_line(row, answers.get(row.number)) for row in rows_of(job)]
    refused = sum(line["outcome"] == Outcome.REFUSED for line in lines)
    if result is not None:
        _write(result, BulkLever(job.lever), rows_of(job), lines)

    def text() -> None:
        columns = {"row": "行", "about": "事项", "outcome_name": "结果", "words": "说明"}
        if dry:
            print_table(columns, lines)
        for line in () if dry else lines:
            if line["outcome"] == Outcome.REFUSED:
                err.print(f"  ✗ 第{line['row']}行 {line['about']}：{line['words']}", markup=False)
        done(
            f"{'（试办，未提交）' if dry else ''}{BulkLever(job.lever).label}{len(lines) - refused}行，{refused}行不予受理"
        )
        if not dry:
            hint(f"批次编号 {job.id[:8]}，见 starter.py bulk list")

    data = {"job": None if dry else job.id, "lever": job.lever, "rows": lines}
    show(data, as_json=as_json, text=text)
    if refused:
        raise Refusal("RowsRefused", "上列各行不予受理，其余的" + ("可以办理" if dry else "已办"))


def _line(row: BulkRow, answer: Answer | Trial | None) -> dict[str, Any]:
    if row.fault:
        outcome, words = Outcome.REFUSED, row.fault
    elif answer is None:
        # Refused before it was put on file: its id stands for another paper, or its sender is unknown.
        outcome, words = Outcome.REFUSED, "未能存档，请核对办理人和批次后续办"
    elif answer.outcome is Outcome.REFUSED:
        outcome, words = answer.outcome, f"（{answer.type}）{answer.words}"
    else:
        outcome, words = answer.outcome, moved_words(answer.data) if "to" in answer.data else ""
    return {
        "row": row.number,
        "about": row.about,
        "outcome": outcome.value,
        "outcome_name": outcome.label,
        "words": words,
    }


def _write(path: Path, lever: BulkLever, rows: Sequence[BulkRow], lines: Sequence[Mapping[str, Any]]) -> None:
    """The result file: the list's own columns, so that it can be changed and given again, and what came of it."""
    columns = (
        *FORMS[lever].columns,
        Column("about", "事项", 40, locked=True),
        Column("outcome_name", "结果", 12, locked=True),
        Column("words", "说明", 60, locked=True),
    )
    made = []
    for row, line in zip(rows, lines, strict=True):
        content = row.content or {}
        own = {
            "task": row.target.partition("/")[2],
            "first": content.get("from_day") or content.get("runs_from"),
            "last": content.get("to_day"),
            "by": content.get("amount"),
            "approval": content.get("approval") or content.get("approval_number"),
        }
        made.append({**content, **own, **line})
    write_sheet(path, lever.label, columns, made)
    out.print(f"逐行结果：{path}", markup=False)
