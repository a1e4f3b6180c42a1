"""`draw`: the record of a task's draws, for anybody after the last check (抽取记录)."""

import gzip
import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from sqlmodel import Session, col, select

from activities.authority import postings_of
from activities.draw.export import export_record, export_snapshots, is_public, prove_code
from cli.acting import TaskId, Who, asks, task_id
from cli.context import Json, out, show
from cli.draw.lists import ceiling_lines, drawn_lines, overlap_lines, recognised_lines
from cli.tables import done, hint, print_table
from models.task import TakingPart
from rules.calendar import local_day
from rules.digests import canonical_json, raw
from rules.draw_directory import normal_code
from rules.refusal import Refusal
from rules.stages import Claim

app = typer.Typer(help="抽取记录：查看、导出、核验", no_args_is_help=True)
VERIFIER = Path(__file__).resolve().parents[2] / "docs" / "verify-draw.py"


@app.command("show")
@asks
def show_record(
    task: TaskId,
    who: Who,
    _as_json: Annotated[bool, typer.Option("--json", help="以 JSON 输出（本命令总是如此）")] = False,
) -> None:
    """查看各次抽取的方案、哈希、种子和名单（JSON）；全部检查完成前限参与部门。"""
    with who.database.read() as session:
        _for_parties(session, task_id(task), who)
        record = export_record(session, task_id(task))
    out.print_json(json.dumps(record, ensure_ascii=False))


@app.command("export")
@asks
def export(
    task: TaskId,
    who: Who,
    folder: Annotated[Path, typer.Option("--to", metavar="目录", help="写到哪个目录")] = Path(),
) -> None:
    """导出抽取记录（JSON）和锁定的名录；全部检查完成后人人可取，此前限参与部门。"""
    name = task_id(task)
    with who.database.read() as session:
        _for_parties(session, name, who)
        record, snapshots = export_record(session, name), export_snapshots(session, name)
        public = is_public(session, name)
    slug = name.replace("/", "-")
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"{slug}-draw.json"]
    paths[0].write_bytes(canonical_json(record))
    for number, body in snapshots.items():
        paths.append(folder / f"{slug}-directory-{number}.csv.gz")
        paths[-1].write_bytes(gzip.compress(body, mtime=0))
    done(f"已导出{len(paths)}个文件：{'、'.join(str(path) for path in paths)}")
    hint(f"任何人都可核验：python docs/verify-draw.py {' '.join(str(path) for path in paths)}")
    if not public:
        hint("检查尚未全部完成：名录和种子可推出名单，现仅供参与部门内部核验，不得外传")


@app.command("verify")
def verify(
    record: Annotated[Path, typer.Argument(metavar="记录.json", help="draw export 导出的记录")],
    directories: Annotated[list[Path], typer.Argument(metavar="名录…", help="同时导出的名录，可为 .gz")],
    published: Annotated[
        list[str] | None,
        typer.Option(
            "--published",
            metavar="哈希",
            help="锁定时公布的方案、名录、根或承诺（可重复）：须在记录中，否则记录不是当时的，或缺了一次抽取",
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """核验导出的抽取记录：逐栏重算，任何一处改动都说明是哪一次抽取的哪一项，退出码为 1。"""
    for value in published or ():
        raw(value)
    checked = subprocess.run(  # noqa: S603 - our own verifier, on the files that the user names
        [sys.executable, str(VERIFIER), str(record), *map(str, directories), *(published or ())],
        check=False,
        capture_output=as_json,
        text=True,
    )
    if as_json:
        lines = [*checked.stdout.splitlines(), *checked.stderr.splitlines()]
        show({"sound": checked.returncode == 0, "lines": lines}, as_json=True, text=lambda: None)
    raise typer.Exit(checked.returncode)


@app.command("list")
@asks
def drawn(task: TaskId, who: Who, as_json: Json = False) -> None:
    """列出抽中的对象：参与部门可看全部，其他人只能看已检查的。"""
    name = task_id(task)
    with who.database.read() as session:
        data = drawn_lines(
            session, name, all_lines=is_public(session, name) or _takes_part(session, name, who)
        )
    columns = {
        "act": "次", "rank": "序号", "code": "代码", "name": "名称", "stratum": "层", "class": "类别",
        "checked": "已检查", "replaced": "已更换",
    }  # fmt: skip
    show(data, as_json=as_json, text=lambda: print_table(columns, data, empty="没有可公开的对象"))


@app.command("prove")
@asks
def prove(
    task: TaskId,
    code: Annotated[str, typer.Argument(metavar="代码", help="企业的统一社会信用代码或名录编号")],
    who: Who,
    file: Annotated[
        Path | None, typer.Option("--to", metavar="文件", help="另存为 JSON，交给该企业自行核验")
    ] = None,
) -> None:
    """给一户对象出具存在证明：它列在锁定的名录中，而不泄露别户；次序和种子在全部检查后才附上。"""
    name = task_id(task)
    with who.database.read() as session:
        _for_parties(session, name, who)
        proof = prove_code(session, name, normal_code(code))
    out.print_json(json.dumps(proof, ensure_ascii=False))
    if file is not None:
        file.write_bytes(canonical_json(proof))
        hint(f"核验：python docs/verify-draw.py {file}（根须与锁定时公布的一致）")


@app.command("ceilings")
@asks
def ceilings(task: TaskId, who: Who, as_json: Json = False) -> None:
    """列出范围内已达年度抽查上限、近期已由其他任务检查、或须用而尚无信用风险分类的对象（限参与部门）。"""
    name = task_id(task)
    with who.database.read() as session:
        _for_parties(session, name, who)
        data = ceiling_lines(session, name, datetime.now(UTC))
    columns = {
        "code": "代码", "class": "类别", "why": "情形", "year": "本年度各部门任务数",
        "last": "最近检查日",
    }  # fmt: skip
    show(data, as_json=as_json, text=lambda: print_table(columns, data))


@app.command("overlaps")
@asks
def overlaps(task: TaskId, who: Who, as_json: Json = False) -> None:
    """列出本任务与其他进行中任务都抽中而未检查的对象，可合并为一次上门（限参与部门）。"""
    name = task_id(task)
    with who.database.read() as session:
        _for_parties(session, name, who)
        data = overlap_lines(session, name, who.own_department())
    columns = {
        "visit": "本部门检查编号", "code": "代码", "name": "名称", "task": "另一任务", "department_name": "部门",
        "first_day": "检查时段自", "last_day": "至",
    }  # fmt: skip
    show(data, as_json=as_json, text=lambda: print_table(columns, data))
    if data and not as_json:
        hint(
            f"提议合并上门：starter.py task joint {name} 检查编号 --with 另一任务 --department-there 部门 --reason 理由"
        )


@app.command("recognised")
@asks
def recognised(task: TaskId, who: Who, as_json: Json = False) -> None:
    """列出其他部门对同一对象同一事项尚在有效期内的检查结果，可互认而不重复检查（限参与部门）。"""
    name = task_id(task)
    with who.database.read() as session:
        _for_parties(session, name, who)
        data = recognised_lines(session, name, datetime.now(UTC))
    columns = {
        "own": "本任务部门", "visit": "检查编号", "code": "代码", "name": "名称", "item": "事项",
        "department_name": "检查部门",
        "completed_on": "检查日", "valid_to": "有效期至", "categories": "结果",
    }  # fmt: skip
    show(data, as_json=as_json, text=lambda: print_table(columns, data))
    if data and not as_json:
        hint(f"互认而不再检查：starter.py task recognise {name} 检查编号 --reason 理由；照常检查加 --no")


def _for_parties(session: Session, task: str, who: Who) -> None:
    """Before the last check snapshot and seed would give the list away: refused to outsiders."""
    if not is_public(session, task) and not _takes_part(session, task, who):
        raise Refusal("NotTakingPart", "全部检查完成之前，抽取记录只对参与部门开放")


def _takes_part(session: Session, task: str, who: Who) -> bool:
    held = {one.department for one in postings_of(session, who.person, local_day(datetime.now(UTC)))}
    """A department that was released from the task is an outsider like any other."""
    parts = set(
        session.exec(
            select(TakingPart.department).where(
                col(TakingPart.task) == task, col(TakingPart.claim) != Claim.RELEASED
            )
        )
    )
    return bool(held & parts)
