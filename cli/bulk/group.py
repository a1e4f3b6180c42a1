"""`bulk`: one lever on many waits or tasks, as a job that can be broken off and taken up again (批量办理)."""

import hashlib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlmodel import col, select

from activities.bulk import (
    actor_of,
    answers_of,
    begin,
    counts_of,
    message_id,
    rehearse,
    rows_of,
)
from cli.acting import Who, asks
from cli.bulk.levers import FORMS, PAPERS, BulkLever
from cli.bulk.options import Result, signature
from cli.bulk.report import report
from cli.bulk.rows import rows_of_file, rows_of_query
from cli.context import Json, show
from cli.given import read_bytes
from cli.progress import bar
from cli.tables import print_table
from models.operations import BulkJob
from rules.refusal import Refusal

app = typer.Typer(
    help="批量：对一批待办或任务统一中止、恢复、延期、改派、免办、免除、撤销；可试办，可断点续办",
    no_args_is_help=True,
)

_BROKEN = frozenset({"EngineAway", "NotDelivered"})
"""The service is away: the rest would fare no better, and is done when the job is taken up again."""


def _command(lever: BulkLever) -> Callable[..., None]:
    """The command of a lever: the options that all have, and its own values."""

    def command(who: Who, **given: Any) -> None:
        common = {name: given[name] for name in FORMS[lever].values if given[name]}
        _pull(who, lever, common, given)

    command.__signature__ = signature(lever)  # type: ignore[attr-defined]  # a function's own attribute
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
        report(job, rehearse(who.database, rows, job), given["result"], as_json=given["as_json"], dry=True)
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
    report(job, answered, result, as_json=as_json, dry=False)


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
