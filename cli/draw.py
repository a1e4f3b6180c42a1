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
from activities.draw_export import export_record, export_snapshots, is_public
from cli.acting import TaskId, Who, asks, task_id
from cli.context import out
from cli.tables import done, hint
from models.task import TakingPart
from rules.calendar import local_day
from rules.draw import canonical_json
from rules.refusal import Refusal

app = typer.Typer(help="抽取记录：查看、导出、核验", no_args_is_help=True)
VERIFIER = Path(__file__).resolve().parent.parent / "docs" / "verify-draw.py"


@app.command("show")
@asks
def show_record(task: TaskId, who: Who) -> None:
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
    slug = name.replace("/", "-")
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"{slug}-draw.json"]
    paths[0].write_bytes(canonical_json(record))
    for number, body in snapshots.items():
        paths.append(folder / f"{slug}-directory-{number}.csv.gz")
        paths[-1].write_bytes(gzip.compress(body, mtime=0))
    done(f"已导出{len(paths)}个文件：{'、'.join(str(path) for path in paths)}")
    hint(f"任何人都可核验：python docs/verify-draw.py {' '.join(str(path) for path in paths)}")


@app.command("verify")
def verify(
    record: Annotated[Path, typer.Argument(metavar="记录.json", help="draw export 导出的记录")],
    directories: Annotated[list[Path], typer.Argument(metavar="名录…", help="同时导出的名录，可为 .gz")],
) -> None:
    """核验导出的抽取记录：重算哈希、承诺链、种子、次序和数量；不符时说明是哪一项，退出码为 1。"""
    checked = subprocess.run(  # noqa: S603 - our own verifier, on the files that the user names
        [sys.executable, str(VERIFIER), str(record), *map(str, directories)], check=False
    )
    raise typer.Exit(checked.returncode)


def _for_parties(session: Session, task: str, who: Who) -> None:
    """Before the last check snapshot and seed would give the list away: refused to outsiders."""
    if is_public(session, task):
        return
    held = {one.department for one in postings_of(session, who.person, local_day(datetime.now(UTC)))}
    parts = set(session.exec(select(TakingPart.department).where(col(TakingPart.task) == task)))
    if not held & parts:
        raise Refusal("NotTakingPart", "全部检查完成之前，抽取记录只对参与部门开放")
