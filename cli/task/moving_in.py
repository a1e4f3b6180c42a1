"""`task import`: moving in the open tasks of an old portal, each rebuilt from a workbook's rows (移入)."""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Annotated, Any

import typer

from activities.papers.filing import try_out
from activities.papers.rulings import Target
from activities.rebuild import open_cases, rebuild
from adapters.result_sheets import write_book
from cli.acting import Who, asks
from cli.context import Json, err, run, show
from cli.progress import bar
from cli.tables import done, hint
from cli.task.moving_columns import SHEETS, note_rows
from cli.task.moving_sheets import MovingTask, read_workbook
from models.papers import MovingPaper
from models.trail import Answer, Outcome
from rules.refusal import Refusal
from rules.stages import Stage

app = typer.Typer()


@app.command("import")
@asks
def import_(
    who: Who,
    file: Annotated[Path | None, typer.Argument(metavar="[工作簿]", help="按模板填好的 XLSX")] = None,
    portal: Annotated[
        str | None, typer.Option("--portal", metavar="名称", help="原平台的名称，如 县级双随机平台")
    ] = None,
    template: Annotated[
        Path | None, typer.Option("--template", metavar="文件", help="写出空白工作簿（含填写说明），不移入")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只核对，不移入")] = False,
    as_json: Json = False,
) -> None:
    """移入原平台未办结的任务：逐行核对，一项任务要么全部移入，要么不动；由办公室办理，留痕。"""
    if template is not None:
        write_book(template, {sheet.value: columns for sheet, columns in SHEETS.items()}, list(note_rows()))
        done(f"已写出空白工作簿 {template}，填写说明在最后一张表")
        return
    if file is None or not portal:
        raise Refusal("SheetNeeded", "请写明工作簿和 --portal 原平台名称；空白工作簿用 --template 文件 写出")
    with who.database.read() as session:
        tasks = read_workbook(session, file, portal)
    lines = [_move(who, one, dry_run=dry_run) for one in _with_bar(tasks)]
    if not dry_run:
        _start(who, [line["task"] for line in lines if line["task"]])
    _tell(file, lines, dry_run=dry_run, as_json=as_json)


def _with_bar(tasks: Sequence[MovingTask]) -> Any:
    with bar() as progress:
        yield from progress.track(tasks, description="移入")


def _move(who: Who, one: MovingTask, *, dry_run: bool) -> dict[str, Any]:
    """Have one task taken in, or tried out."""
    line: dict[str, Any] = {"number": one.number, "task": None, "stage": None, "faults": []}
    if one.paper is None:
        return line | {"faults": [fault.words for fault in one.faults]}
    try:
        data = _file(who, one.paper, dry_run=dry_run)
    except Refusal as refusal:
        return line | {"faults": [f"（{refusal.type}）{refusal.words}"]}
    return line | {"task": data["task"], "stage": data["stage"]}


def _file(who: Who, paper: MovingPaper, *, dry_run: bool) -> dict[str, Any]:
    actor = who.actor(type(paper))
    target = f"{Target.OFFICE}/{who.office_of(actor.department)}"
    if not dry_run:
        return who.context.deliver(target, paper, actor, _message_id(who, paper, actor.person)).data
    trial = try_out(who.database, target, paper, actor, datetime.now(UTC))
    if trial.outcome is Outcome.REFUSED:
        raise Refusal(trial.type, trial.words)
    return trial.data


def _message_id(who: Who, paper: MovingPaper, person: str) -> str:
    """The same workbook given again is the same message; after a refusal, whose cause may be mended, a new one."""
    name = f"{person}|{paper.file_sha256}|{paper.number}|{paper.portal}"
    ids = (hashlib.sha256(f"{name}|{attempt}".encode()).hexdigest()[:32] for attempt in count())
    with who.database.read() as session:
        for one in ids:
            answer = session.get(Answer, one)
            if answer is None or answer.outcome is Outcome.ACCEPTED:
                return one
    raise AssertionError("count() does not end")


def _start(who: Who, tasks: Sequence[str]) -> None:
    """Start the workflows of what moved in, at its present stage; what is alive is kept."""
    if not tasks:
        return
    now = datetime.now(UTC)
    with who.database.read() as session:
        ids = [case for task in tasks for case in open_cases(session, now, task)]

    async def start() -> None:
        client = await who.context.client()
        await rebuild(client, who.database, ids, now, by=who.names(who.posting()))

    try:
        run(start())
    except Refusal as refusal:
        hint(f"{refusal.words}；已移入的恢复后启动：starter.py doctor --repair")


def _tell(file: Path, lines: Sequence[dict[str, Any]], *, dry_run: bool, as_json: bool) -> None:
    faulty = [line for line in lines if line["faults"]]

    def text() -> None:
        for line in lines:
            if line["task"]:
                done(
                    f"{line['number']} → {line['task']}，第{line['stage']}步（{Stage(line['stage']).label}）"
                )
            for fault in line["faults"]:
                err.print(f"  ✗ {line['number']} {fault}", markup=False)
        moved = len(lines) - len(faulty)
        done(f"{'（试核对，未移入）可移入' if dry_run else '移入'}{moved}项，{len(faulty)}项有误")
        if moved and not dry_run:
            hint("任务上已注明移入（task show）；已抽取的，抽取在原平台进行，本系统不能复核")
            if any(line["stage"] == Stage.INITIATE for line in lines):
                hint("尚未抽取的，领取已按原日期记入；待发起部门在本系统提出并复核范围、事项、时段后抽取")

    show({"file": file.name, "tasks": list(lines)}, as_json=as_json, text=text)
    if faulty:
        raise Refusal("RowsRefused", "有误的任务没有移入，其余的已办；更正后可用同一工作簿再次移入")
