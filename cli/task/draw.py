"""`task draw`: approval, commitments and reveals of a draw, and where it stands (抽取检查对象)."""

import os
import re
from pathlib import Path
from secrets import token_bytes
from typing import Annotated

import typer
from sqlmodel import col, func, select

from activities.draw.contributions import since_of
from cli.acting import TaskId, Who, acts, reads, task_id
from cli.context import Context, Json, show
from cli.given import read_bytes
from cli.tables import done, hint
from cli.task.draw_request import request
from cli.task.draw_view import read_draw
from cli.task.given import known_task
from models.papers import (
    ApproveDraw,
    CommitSecret,
    PublicValue,
    RefuseDraw,
    RevealLink,
)
from models.task import DrawAct
from rules.draw_commitments import commitment, link
from rules.refusal import Refusal

app = typer.Typer(help="抽取：申请、批准、承诺、揭示、查看", no_args_is_help=True)
app.command("request")(request)

SecretFile = Annotated[
    Path,
    typer.Option("--secret-file", metavar="文件", help="本部门的秘密，仅本部门保管；提交承诺时没有则生成"),
]
ActNumber = Annotated[
    int | None, typer.Option("--act", min=1, metavar="次", help="第几次抽取（默认最近一次）")
]
_SECRET = re.compile(r"[0-9a-f]{64}")


@app.command("approve")
@acts
def approve(task: TaskId, who: Who, act: ActNumber = None) -> None:
    """发起部门审批人批准抽取（重新抽取由办公室批准）；批准后系统锁定名录和方案。"""
    number = act or _newest_act(who.context, task_id(task))
    who.to_task(task, ApproveDraw(act=number))
    done(f"已批准第{number}次抽取；各部门承诺齐全后自动锁定")


@app.command("refuse")
@acts
def refuse(
    task: TaskId,
    who: Who,
    reason: Annotated[str, typer.Option("--reason", metavar="理由")],
    act: ActNumber = None,
) -> None:
    """不予批准一次抽取（重新抽取由办公室决定），或由发起部门撤回自己的申请；批准之后不能。"""
    number = act or _newest_act(who.context, task_id(task))
    who.to_task(task, RefuseDraw(act=number, reason=reason))
    done(f"第{number}次抽取不予批准（撤回），已记录")
    hint(f"如仍需抽取，由发起部门重新申请：starter.py task draw request {task_id(task)}")


@app.command("commit")
@acts
def commit(
    task: TaskId,
    who: Who,
    secret_file: Annotated[
        Path | None, typer.Option("--secret-file", metavar="文件", help="本部门自行保管的秘密，没有则生成")
    ] = None,
    by_service: Annotated[
        bool, typer.Option("--by-service", help="由系统生成、加密保管并到期揭示（记录中注明）")
    ] = False,
) -> None:
    """提交本部门的承诺值：秘密自行保管（--secret-file），或由系统代管（--by-service）。"""
    if (secret_file is None) != by_service:
        raise Refusal(
            "KeeperNeeded", "请用 --secret-file 自行保管秘密，或用 --by-service 由系统代管，二者选一"
        )
    if secret_file is None:
        answer = who.to_task(task, CommitSecret(keep="service"))
        done(f"已由系统代管秘密，承诺值 {answer.data.get('commitment', '见 task draw show')}；到期自动揭示")
        return
    new = not secret_file.exists()
    value = commitment(_secret(secret_file, create=True))
    try:
        who.to_task(task, CommitSecret(commitment=value))
    except Refusal as refusal:
        # What was filed but not yet answered may still be accepted: its secret is needed then.
        if new and refusal.type != "NotDelivered":
            secret_file.unlink()
        raise
    done(f"已提交承诺值 {value}")
    hint(f"请保管好 {secret_file}：锁定后用它揭示，遗失则本部门不参与定种")


@app.command("reveal")
@acts
def reveal(task: TaskId, secret_file: SecretFile, who: Who, act: ActNumber = None) -> None:
    """名录和方案锁定后，揭示本部门在本次抽取的随机值。"""
    number = act or _newest_act(who.context, task_id(task))
    opened = link(_secret(secret_file, create=False), number - since_of(number) + 1)
    who.to_task(task, RevealLink(act=number, link=opened))
    done(f"已揭示第{number}次抽取的随机值 {opened}")


@app.command("public")
@acts
def public(
    task: TaskId,
    value: Annotated[str, typer.Argument(metavar="数值", help="按方案预告的来源查得的公共随机值")],
    who: Who,
    act: ActNumber = None,
) -> None:
    """全部揭示后，领导小组办公室公布方案预告的公共随机值。"""
    number = act or _newest_act(who.context, task_id(task))
    who.to_task(task, PublicValue(act=number, value=value))
    done(f"已公布第{number}次抽取的公共随机值：{value}")


@app.command("show")
@reads
def show_draw(task: TaskId, as_json: Json = False) -> None:
    """查看抽取的各步：承诺、锁定的哈希、揭示、种子和数量；名单和核验用 draw export、draw verify。"""
    task = task_id(task)
    with Context().database.read() as session:
        known_task(session, task)
        view = read_draw(session, task)
    show({"task": task, "commitments": view.commitments, "acts": view.acts}, as_json=as_json, text=view.print)


def _secret(file: Path, *, create: bool) -> bytes:
    """The department's secret: 32 random bytes as hex, readable by its owner only."""
    if create and not file.exists():
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as made:
            made.write(token_bytes(32).hex() + "\n")
    text = read_bytes(file).decode("ascii", errors="replace").strip()
    if not _SECRET.fullmatch(text):
        raise Refusal("BadSecret", f"{file} 不是秘密文件：应为64位小写十六进制")
    return bytes.fromhex(text)


def _newest_act(context: Context, task: str) -> int:
    with context.database.read() as session:
        known_task(session, task)
        newest = session.exec(select(func.max(DrawAct.number)).where(col(DrawAct.task) == task)).one()
    return newest or 1
