"""`task draw`: request, approval, commitments, reveals and the record of the draw (抽取检查对象)."""

import os
import re
from pathlib import Path
from secrets import token_bytes
from typing import Annotated, Any

import typer
from sqlmodel import Session, col, func, select

from cli.acting import TaskId, Who, acts, task_id
from cli.context import Context, Json, out, show
from cli.given import chosen, department_names, read_bytes
from cli.tables import done, hint, print_table
from cli.task_show import known_task
from models.papers import ApproveDraw, CommitSecret, RequestDraw, RevealLink
from models.task import ActStep, Commitment, DrawAct, DrawStep
from rules.draw import commitment, link
from rules.draw_record import Kind
from rules.refusal import Refusal

app = typer.Typer(help="抽取：申请、批准、承诺、揭示、查看", no_args_is_help=True)

SecretFile = Annotated[
    Path,
    typer.Option("--secret-file", metavar="文件", help="本部门的秘密，仅本部门保管；提交承诺时没有则生成"),
]
ActNumber = Annotated[
    int | None, typer.Option("--act", min=1, metavar="次", help="第几次抽取（默认最近一次）")
]
_SECRET = re.compile(r"[0-9a-f]{64}")


@app.command("request")
@acts
def request(
    task: TaskId,
    who: Who,
    reason: Annotated[
        str | None, typer.Option("--reason", metavar="理由", help="首次抽取可不写，其余须写明")
    ] = None,
    kind: Annotated[
        str, typer.Option("--kind", metavar="种类", help="、".join(one.label for one in Kind))
    ] = Kind.FIRST.label,
    replaces: Annotated[
        list[str] | None, typer.Option("--replaces", metavar="代码", help="替换补抽：被更换的对象（可重复）")
    ] = None,
    size: Annotated[
        int | None, typer.Option("--size", min=1, metavar="户数", help="追加抽取：追加多少户")
    ] = None,
    evidence: Annotated[str, typer.Option("--evidence", metavar="依据", help="替换、追加的依据")] = "",
) -> None:
    """发起部门申请抽取：首次抽取；此后可替换补抽、追加抽取，重新抽取须报办公室批准。"""
    wanted = chosen(Kind, kind)
    if reason is None and wanted is not Kind.FIRST:
        raise Refusal("ReasonMissing", f"{wanted.label}须用 --reason 写明理由")
    answer = who.to_task(
        task,
        RequestDraw(
            act=wanted,
            reason=reason or "按年度计划首次抽取",
            replaces=tuple(replaces or ()),
            size=size,
            evidence=evidence,
        ),
    )
    done(f"已申请第{answer.data['act']}次抽取（{wanted.label}）")
    by = "领导小组办公室" if wanted is Kind.REDRAW else "本部门审批人"
    hint(f"由{by}批准：starter.py task draw approve {task_id(task)}")


@app.command("approve")
@acts
def approve(task: TaskId, who: Who, act: ActNumber = None) -> None:
    """发起部门审批人批准抽取（重新抽取由办公室批准）；批准后系统锁定名录和方案。"""
    number = act or _newest_act(who.context, task_id(task))
    who.to_task(task, ApproveDraw(act=number))
    done(f"已批准第{number}次抽取；各部门承诺齐全后自动锁定")


@app.command("commit")
@acts
def commit(task: TaskId, secret_file: SecretFile, who: Who) -> None:
    """提交本部门的承诺值；秘密留在文件里，揭示前不离开本部门。"""
    secret = _secret(secret_file, create=True)
    value = commitment(secret)
    who.to_task(task, CommitSecret(commitment=value))
    done(f"已提交承诺值 {value}")
    hint(f"请保管好 {secret_file}：锁定后用它揭示，遗失则本部门不参与定种")


@app.command("reveal")
@acts
def reveal(task: TaskId, secret_file: SecretFile, who: Who, act: ActNumber = None) -> None:
    """名录和方案锁定后，揭示本部门在本次抽取的随机值。"""
    number = act or _newest_act(who.context, task_id(task))
    opened = link(_secret(secret_file, create=False), number)
    who.to_task(task, RevealLink(act=number, link=opened))
    done(f"已揭示第{number}次抽取的随机值 {opened}")


@app.command("show")
def show_draw(task: TaskId, as_json: Json = False) -> None:
    """查看抽取的各步：承诺、锁定的哈希、揭示、种子和数量；名单和核验用 draw export、draw verify。"""
    task = task_id(task)
    with Context().database.read() as session:
        known_task(session, task)
        rows = session.exec(select(Commitment).where(col(Commitment.task) == task))
        commitments = {row.department: row.commitment for row in rows}
        acts_ = [_act_view(session, row) for row in _acts(session, task)]
        names = department_names(session, list(commitments))

    def text() -> None:
        rows = [{"name": names.get(one, one), "value": value} for one, value in commitments.items()]
        print_table({"name": "部门", "value": "承诺值"}, rows, title="承诺")
        for act in acts_:
            out.print(f"第{act['act']}次 {act['kind_name']}：{act['reason']}", markup=False)
            steps = {"step_name": "步骤", "department": "部门", "content": "内容"}
            print_table(steps, act["steps"])

    show({"task": task, "commitments": commitments, "acts": acts_}, as_json=as_json, text=text)


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


def _acts(session: Session, task: str) -> list[DrawAct]:
    return list(session.exec(select(DrawAct).where(col(DrawAct.task) == task).order_by(col(DrawAct.number))))


def _act_view(session: Session, act: DrawAct) -> dict[str, Any]:
    steps = session.exec(
        select(DrawStep)
        .where(col(DrawStep.task) == act.task, col(DrawStep.act) == act.number)
        .order_by(col(DrawStep.department))
    )
    order = list(ActStep)
    return {
        "act": act.number,
        "kind": act.kind.value,
        "kind_name": act.kind.label,
        "reason": act.reason,
        "steps": [
            {
                "step": step.step.value,
                "step_name": step.step.label,
                "department": step.department,
                "content": {key: value for key, value in step.content.items() if key != "links"},
            }
            for step in sorted(steps, key=lambda one: order.index(one.step))
        ],
    }
