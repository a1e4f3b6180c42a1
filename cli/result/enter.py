"""`result enter`: results from a CSV or XLSX sheet; the good rows go through (录入检查结果)."""

import hashlib
from collections import defaultdict
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlmodel import Session, col, select

from activities.acts.preparation import confirmed
from activities.results.grounds import Grounds
from adapters.result_sheets import read_sheet
from cli.acting import TaskId, Who, asks, task_id
from cli.context import Json
from cli.given import read_bytes
from cli.result.sheets import Understood, result_columns, understand_results
from cli.result.upload import COLUMNS_OF_REFUSALS, Upload, send
from cli.task.given import known_task
from cli.visits import visits_of
from models.organisation import Department, DepartmentAlias
from models.outcomes import Result
from models.papers import ResultLine, SubmitResults
from models.registers import CheckItem
from models.task import Aspect, Visit
from rules.refusal import Refusal
from rules.stages import VisitStage

app = typer.Typer()

_OPEN = (VisitStage.VISITED, VisitStage.RETURNED)


@app.command("enter")
@asks
def enter(
    task: TaskId,
    file: Annotated[Path, typer.Argument(metavar="文件", help="结果表（result sheet 写出）或同样列名的 CSV")],
    who: Who,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只检查，不提交")] = False,
    as_json: Json = False,
) -> None:
    """录入检查结果：好的行提交审批，有误的逐行指明文件、行、栏和改法；同一文件可重复上传。"""
    task = task_id(task)
    digest = hashlib.sha256(read_bytes(file)).hexdigest()
    own = who.actor(SubmitResults).department
    columns = result_columns(())
    with who.database.read() as session:
        known_task(session, task)
        names = _departments(session, own.split("/")[0])
        understood = understand_results(read_sheet(file, columns), names, columns)
        upload = Upload(file.name)
        ready = _ready(session, task, own, understood, upload)
    upload.faults = understood.faults
    if dry_run:
        sound = {line.visit for _, line in understood.sound()}
        upload.sent = len(sound & set(ready))
        upload.report("（试检查，未提交）可录入", as_json=as_json)
        return
    send(who, task, understood, upload, lambda lines: SubmitResults(lines=lines), digest=digest, ready=ready)
    upload.report("录入", as_json=as_json)


def items_of(session: Session, task: str, department: str) -> dict[str, str]:
    """A department's confirmed items, code → name; refuses `ItemsUnconfirmed`, `NotTakingPart`."""
    aspect = confirmed(session, task).get(Aspect.ITEMS)
    if aspect is None:
        raise Refusal("ItemsUnconfirmed", "各部门抽查事项尚未复核确认，不能录入结果")
    codes = aspect.content["items"].get(department)
    if codes is None:
        raise Refusal("NotTakingPart", f"{department} 不是本任务的参与部门；请用 --department 写明部门")
    found = session.exec(select(CheckItem).where(col(CheckItem.department) == department))
    names = {item.code: item.name for item in found}
    return {code: names.get(code, "") for code in sorted(codes)}


def _ready(
    session: Session, task: str, own: str, understood: Understood[ResultLine], upload: Upload
) -> dict[str, int]:
    """The visits whose results can be submitted, with their cycle; all others are faults or unchanged."""
    mine = {visit.id: visit for visit, _ in visits_of(session, task, own)}
    items = items_of(session, task, own)
    given: dict[str, list[tuple[int, ResultLine]]] = defaultdict(list)
    for row, line in understood.lines:
        given[line.visit].append((row, line))
    ready: dict[str, int] = {}
    grounds = Grounds(session, list(given))
    for visit_id, lines in given.items():
        stored = mine.get(visit_id)
        if stored is None:
            remedy = "不是本部门在本任务中的检查对象，请从 result sheet 写出的表取得编号"
            for row, _ in lines:
                understood.refuse(row, visit_id, "检查编号", remedy)
        elif _items_fit(lines, items, understood) and visit_id not in understood.faulty_visits:
            if stored.stage in _OPEN:
                if _grounded(lines, grounds, understood):
                    ready[visit_id] = stored.cycle
            elif _same(session, stored, [line for _, line in lines]):
                upload.unchanged += 1
            else:
                remedy = f"现为“{stored.stage.label}”，须为“待录入”或“已退回”；锁定后请用 result correct 更正"
                understood.refuse(lines[0][0], visit_id, "检查编号", remedy)
    return ready


def _items_fit(
    lines: list[tuple[int, ResultLine]], items: dict[str, str], understood: Understood[ResultLine]
) -> bool:
    """Whether a visit's rows are the department's items, each once."""
    seen: set[str] = set()
    fits = True
    for row, line in lines:
        if line.item not in items:
            understood.refuse(row, line.visit, "事项编号", f"不是本部门的抽查事项，应为：{'、'.join(items)}")
            fits = False
        elif line.item in seen:
            understood.refuse(row, line.visit, "事项编号", "同一事项出现两次，请删去重复的行")
            fits = False
        seen.add(line.item)
    absent = sorted(set(items) - seen)
    # Where a row of this visit could not be read, its item is not absent but faulty.
    if absent and fits and lines[0][1].visit not in understood.faulty_visits:
        row, line = lines[-1]
        understood.refuse(row, line.visit, "事项编号", f"该户还缺事项：{'、'.join(absent)}；须一并填写")
        return False
    if fits and all(line.not_checked for _, line in lines):
        remedy = "该户没有一项已检查；对象注销、迁出等情形请用 result fact 登记，由审批人终止检查"
        understood.refuse(lines[0][0], lines[0][1].visit, "未检查理由", remedy)
        return False
    return fits


def _grounded(
    lines: list[tuple[int, ResultLine]], grounds: Grounds, understood: Understood[ResultLine]
) -> bool:
    """Whether what must lie behind the results is there: the ruling would refuse it, a dry run says it before."""
    sound = True
    for row, line in lines:
        try:
            grounds.check(line)
        except Refusal as refusal:
            column = COLUMNS_OF_REFUSALS.get(refusal.type, "检查结果")
            understood.refuse(row, line.visit, column, refusal.words)
            sound = False
    return sound


def _same(session: Session, visit: Visit, lines: list[ResultLine]) -> bool:
    """Whether these very results stand entered: then an upload is a repeat and changes nothing."""
    rows = session.exec(select(Result).where(col(Result.visit) == visit.id, col(Result.cycle) == visit.cycle))
    stored = {row.item: (row.categories, row.finding, row.disposal, row.not_checked) for row in rows}
    return stored == {line.item: _content(line) for line in lines}


def _content(line: ResultLine) -> tuple[list[str], str, dict[str, Any] | None, str]:
    disposal = line.disposal.stored() if line.disposal else None
    return [category.value for category in line.categories], line.finding, disposal, line.not_checked


def _departments(session: Session, office: str) -> dict[str, str]:
    """All that names a department of the office."""
    names = {
        alias.alias: alias.department
        for alias in session.exec(select(DepartmentAlias).where(col(DepartmentAlias.office) == office))
    }
    for one in session.exec(select(Department).where(col(Department.office) == office)):
        names |= {one.name: one.id, one.id: one.id}
    return names
