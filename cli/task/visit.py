"""`task visits|visit`: the subjects of a department, and the completion of their checks (实施检查)."""

import hashlib
from pathlib import Path
from typing import Annotated

import typer

from adapters.result_sheets import read_sheet, write_sheet
from cli.acting import TaskId, Who, acts, asks, task_id
from cli.context import Json, show
from cli.given import chosen, chosen_all, day_of, read_bytes
from cli.result.sheets import Understood, understand_visits, visit_columns
from cli.result.upload import Upload, send
from cli.tables import done, hint, print_table
from cli.task.given import known_task
from cli.visits import officers_of, visit_view, visits_of
from models.papers import (
    RecordVisits,
    VisitLine,
)
from rules.refusal import Refusal
from rules.results import Method, Signature, SubjectFact
from rules.stages import VisitStage

app = typer.Typer()


@app.command("visits")
@asks
def visits(
    task: TaskId,
    who: Who,
    stage: Annotated[
        list[str] | None,
        typer.Option("--stage", metavar="状态", help="只列该状态的，如 待检查、待录入（可重复）"),
    ] = None,
    sheet: Annotated[
        Path | None,
        typer.Option("--sheet", metavar="文件.xlsx", help="另写成检查登记表，填后用 task visit --file 上传"),
    ] = None,
    as_json: Json = False,
) -> None:
    """列出本部门的检查对象：检查编号、对象、执法人员、状态、期限。"""
    task = task_id(task)
    own = who.own_department()
    with who.database.read() as session:
        known_task(session, task)
        officers = officers_of(session, task, own)
        rows = visits_of(session, task, own, chosen_all(VisitStage, stage))
        data = [visit_view(visit, subject, officers.get(visit.id, [])) for visit, subject in rows]
    if sheet is not None:
        pending = [one for one in data if one["stage"] == VisitStage.MATCHED]
        filled = [{**one, "officers": "、".join(one["officers"]), "completed_on": ""} for one in pending]
        count = write_sheet(sheet, "检查登记", visit_columns(), filled)
        done(f"已写出{count}户待检查对象到 {sheet}")
        hint(f"填写检查完成日等后上传：starter.py task visit {task} --file {sheet}")
        return
    columns = {
        "visit": "检查编号",
        "code": "代码",
        "name": "检查对象",
        "officers": "执法证号",
        "officer_names": "执法人员",
        "stage_name": "状态",
        "first_day": "检查自",
        "due": "期限",
    }
    show(data, as_json=as_json, text=lambda: print_table(columns, data))
    for one in data if not as_json else ():
        if one["shortage"]:
            hint(one["shortage"])


@app.command("visit")
@acts
def visit(
    task: TaskId,
    who: Who,
    number: Annotated[str | None, typer.Argument(metavar="检查编号", help="登记一户；整批用 --file")] = None,
    file: Annotated[
        Path | None,
        typer.Option("--file", metavar="文件", help="检查登记表（task visits --sheet 写出）或 CSV"),
    ] = None,
    on: Annotated[
        str | None, typer.Option("--on", metavar="日期", help="检查完成日；登记一户时必须写")
    ] = None,
    officer: Annotated[
        list[str] | None,
        typer.Option("--officer", metavar="证号", help="在场执法人员（可重复；默认为匹配的）"),
    ] = None,
    method: Annotated[str, typer.Option("--method", metavar="方式", help="检查方式")] = Method.ON_SITE.label,
    fact: Annotated[
        str | None, typer.Option("--fact", metavar="情况", help="对象已注销、吊销、迁出或停业")
    ] = None,
    opinion: Annotated[str, typer.Option("--opinion", metavar="文字", help="当事人意见")] = "",
    signature: Annotated[
        str | None, typer.Option("--signature", metavar="签字", help="已签字、拒绝签字或当事人不在场")
    ] = None,
    witness: Annotated[str, typer.Option("--witness", metavar="见证人", help="未签字时的见证人")] = "",
    as_json: Json = False,
) -> None:
    """登记检查完成：一户，或整批上传登记表。"""
    task = task_id(task)
    if file is not None:
        _upload(who, task, file, as_json=as_json)
        return
    if on is None and number is not None:
        raise Refusal("DateNeeded", f"请用 --on 日期 写明 {number} 的检查完成日，如 --on 2026-03-02")
    if number is None or on is None:
        raise Refusal(
            "VisitNeeded", "请写明检查编号和 --on 完成日，或用 --file 上传登记表；编号见 task visits"
        )
    line = VisitLine(
        visit=number,
        completed_on=day_of(on),
        method=chosen(Method, method),
        officers=tuple(officer or _matched(who, task, number)),
        facts={"subject_fact": chosen(SubjectFact, fact).value} if fact else {},
        opinion=opinion,
        signature=chosen(Signature, signature) if signature else None,
        witness=witness,
    )
    who.to_task(task, RecordVisits(lines=(line,)))
    done(f"已登记 {number} 于 {on} 检查完成")
    if fact:
        hint(
            f"对象情况已登记；据此终止检查由审批人办理：starter.py result fact close {task} {number} --reason 理由"
        )
    hint(
        f"录入结果：starter.py result sheet {task} 结果表.xlsx，填后 starter.py result enter {task} 结果表.xlsx"
    )


def _matched(who: Who, task: str, visit: str) -> list[str]:
    own = who.own_department()
    with who.database.read() as session:
        found = officers_of(session, task, own).get(visit, [])
    return [officer.code for officer in found]


def _upload(who: Who, task: str, file: Path, *, as_json: bool) -> None:
    digest = hashlib.sha256(read_bytes(file)).hexdigest()
    columns = visit_columns()
    understood = understand_visits(read_sheet(file, columns), columns)
    upload = Upload(file.name)
    ready = _ready(who, task, understood, upload)
    upload.faults = understood.faults
    send(who, task, understood, upload, lambda lines: RecordVisits(lines=lines), digest=digest, ready=ready)
    upload.report("登记检查完成", as_json=as_json)


def _ready(who: Who, task: str, understood: Understood[VisitLine], upload: Upload) -> dict[str, int]:
    """The visits that wait to be recorded; foreign ones and repeated rows are faults."""
    own = who.actor(RecordVisits).department
    with who.database.read() as session:
        known_task(session, task)
        mine = {visit.id: visit for visit, _ in visits_of(session, task, own)}
    seen: set[str] = set()
    ready: dict[str, int] = {}
    for row, line in understood.lines:
        stored = mine.get(line.visit)
        if stored is None:
            understood.refuse(
                row, line.visit, "检查编号", "不是本部门在本任务中的检查对象，请从 task visits 取得编号"
            )
        elif line.visit in seen:
            understood.refuse(row, line.visit, "检查编号", "同一检查对象出现两次，请删去重复的行")
        elif stored.stage is VisitStage.MATCHED:
            ready[line.visit] = stored.cycle
        elif stored.completed_on == line.completed_on:
            upload.unchanged += 1
        else:
            remedy = f"现为“{stored.stage.label}”，不能再登记检查完成"
            understood.refuse(row, line.visit, "检查编号", remedy)
        seen.add(line.visit)
    return ready
