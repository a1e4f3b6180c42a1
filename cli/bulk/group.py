"""`bulk`: one lever on many waits or tasks, as a job that can be broken off and taken up again (批量办理)."""

import hashlib
import inspect
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlmodel import col, select

from activities.bulk import (
    BulkRow,
    actor_of,
    answers_of,
    begin,
    counts_of,
    message_id,
    rehearse,
    rows_of,
)
from activities.papers.filing import Trial
from adapters.result_sheets import Column, write_sheet
from cli.acting import Who, asks
from cli.bulk.levers import FORMS, PAPERS, BulkLever
from cli.bulk.rows import rows_of_file, rows_of_query
from cli.context import Json, err, out, show
from cli.given import read_bytes
from cli.progress import bar
from cli.tables import done, hint, print_table
from cli.waits import moved_words
from models.operations import BulkJob
from models.trail import Answer, Outcome
from rules.refusal import Refusal

app = typer.Typer(
    help="批量：对一批待办或任务统一中止、恢复、延期、改派、免办、免除、撤销；可试办，可断点续办",
    no_args_is_help=True,
)

Result = Annotated[
    Path | None,
    typer.Option("--result", metavar="文件", help="逐行的结果另存为 XLSX；同一文件修改后可再作清单"),
]
_BROKEN = frozenset({"EngineAway", "NotDelivered"})
"""The service is away: the rest would fare no better, and is done when the job is taken up again."""

_COMMON: dict[str, Any] = {
    "file": (
        Annotated[
            Path | None,
            typer.Option("--file", metavar="清单", help="XLSX 或 CSV，一行一项；空着的栏用同名选项的值"),
        ],
        None,
    ),
    "query": (
        Annotated[
            str | None,
            typer.Option(
                "--query",
                metavar="条件",
                help="代替清单，条件以空格分开：overdue、kind=领取任务、department=部门、plan=计划编号、task=任务编号、stage=步骤",
            ),
        ],
        None,
    ),
    "dry_run": (
        Annotated[bool, typer.Option("--dry-run", help="只试办：逐行说明会怎样、为什么不予受理，不留痕迹")],
        False,
    ),
    "result": (Result, None),
    "as_json": (Json, False),
}
_VALUES: dict[str, Any] = {
    "first": Annotated[str | None, typer.Option("--from", metavar="日期", help="自何日（含）")],
    "last": Annotated[str | None, typer.Option("--to", metavar="日期", help="至何日（含）")],
    "by": Annotated[str | None, typer.Option("--by", metavar="数", help="延长多少，单位同原期限")],
    "role": Annotated[str | None, typer.Option("--role", metavar="职务", help="改由本部门的哪个职务办理")],
    "person": Annotated[str | None, typer.Option("--person", metavar="人员编号", help="改由哪一人办理")],
    "reason": Annotated[str | None, typer.Option("--reason", metavar="理由", help="理由，入档留痕")],
    "approval": Annotated[str | None, typer.Option("--approval", metavar="文号", help="批准的文号")],
}


def _command(lever: BulkLever) -> Callable[..., None]:
    """The command of a lever: the options that all have, and its own values."""

    def command(who: Who, **given: Any) -> None:
        common = {name: given[name] for name in FORMS[lever].values if given[name]}
        _pull(who, lever, common, given)

    own = {name: (_VALUES[name], None) for name in FORMS[lever].values}
    parameters = [inspect.Parameter("who", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=Who)]
    parameters += [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=hint_, default=default)
        for name, (hint_, default) in {**_COMMON, **own}.items()
    ]
    # Typer reads a command's options from its signature.
    command.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]  # a function's own attribute
    command.__doc__ = f"批量{lever.label}：按清单（--file）或条件（--query），逐行办理，逐行回复。"
    return command


for _lever in BulkLever:
    app.command(_lever.value)(asks(_command(_lever)))


@app.command("resume")
@asks
def resume(
    job: Annotated[str, typer.Argument(metavar="批次编号", help="见 bulk list；可只写前几位")],
    who: Who,
    result: Result = None,
    as_json: Json = False,
) -> None:
    """续办中断的批次：已办的行不重复，未办的接着办。须由原办理人续办。"""
    row = _known(who, job)
    if row.actor != who.person:
        raise Refusal("NotOwnJob", f"批次 {row.id[:8]} 由 {row.actor} 办理，须由其续办")
    _run(who, row, result, as_json=as_json)


@app.command("list")
@asks
def list_(who: Who, as_json: Json = False) -> None:
    """列出本领导小组内的批次：办什么、多少行、已办、不予受理、未办。"""
    office = who.office_of(who.own_department())
    with who.database.read() as session:
        jobs = session.exec(
            select(BulkJob).where(col(BulkJob.office) == office).order_by(col(BulkJob.made_at).desc())
        ).all()
        data = [
            {
                "job": job.id,
                "lever": job.lever,
                "lever_name": BulkLever(job.lever).label,
                "made_at": job.made_at,
                "actor": job.actor,
                "source": job.source,
                **counts_of(session, job),
            }
            for job in jobs
        ]
    columns = {
        "job": "批次编号",
        "lever_name": "办什么",
        "made_at": "时间",
        "actor": "办理人",
        "rows": "行数",
        "done": "已办",
        "refused": "不予受理",
        "left": "未办",
    }
    show(data, as_json=as_json, text=lambda: print_table(columns, data, empty="没有批次"))


def _pull(who: Who, lever: BulkLever, common: Mapping[str, str], given: Mapping[str, Any]) -> None:
    file, query = given["file"], given["query"]
    if (file is None) is (query is None):
        raise typer.BadParameter("请在 --file 和 --query 中写明一个")
    actor, now = who.actor(PAPERS[lever]), _now()
    office = who.office_of(actor.department)
    with who.database.read() as session:
        if file is not None:
            source = f"{file.name} {hashlib.sha256(read_bytes(file)).hexdigest()}"
            rows = rows_of_file(session, lever, file, common)
        else:
            source = query
            rows = rows_of_query(session, lever, office, query, common, now)
    job = BulkJob(
        office=office,
        lever=lever.value,
        source=source,
        rows=[row.stored() for row in rows],
        actor=actor.person,
        role=actor.role,
        department=actor.department,
        acting_for=actor.acting_for,
        made_at=now,
    )
    if given["dry_run"]:
        _report(job, rehearse(who.database, rows, job), given["result"], as_json=given["as_json"], dry=True)
        return
    with who.database.write() as session:
        begin(session, job)
    _run(who, job, given["result"], as_json=given["as_json"])


def _run(who: Who, job: BulkJob, result: Path | None, *, as_json: bool) -> None:
    """File what has no answer yet, row by row; where the service is away the job is broken off."""
    rows = [row for row in rows_of(job) if not row.fault]
    with who.database.read() as session:
        answered = answers_of(session, job)
    broken: Refusal | None = None
    with bar() as progress:
        for row in progress.track(rows, description=BulkLever(job.lever).label):
            if row.number in answered:
                continue
            try:
                who.context.deliver(row.target, row.paper, actor_of(job), message_id(job.id, row.number))
            except Refusal as refusal:
                # A refusal that was ruled stands in the answer's row, where the report reads it.
                if refusal.type in _BROKEN:
                    broken = refusal
                    break
    with who.database.read() as session:
        answered, counts = answers_of(session, job), counts_of(session, job)
    if broken is not None:
        raise Refusal(
            "BulkBrokenOff",
            f"已中断（{broken.words}）：已办{counts['done']}行，未办{counts['left']}行；"
            f"恢复后续办：starter.py bulk resume {job.id[:8]}",
        )
    _report(job, answered, result, as_json=as_json, dry=False)


def _report(
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


def _now() -> datetime:
    return datetime.now(UTC)


def _known(who: Who, text: str) -> BulkJob:
    office = who.office_of(who.own_department())
    with who.database.read() as session:
        found = session.exec(
            select(BulkJob)
            .where(col(BulkJob.office) == office, col(BulkJob.id).startswith(text, autoescape=True))
            .limit(2)
        ).all()
    if len(found) != 1:
        raise Refusal("JobUnknown", f"没有批次 {text}，或可指多个；可用 bulk list 查看批次编号")
    return found[0]
