"""`task draw`: request, approval, commitments, reveals and the record of the draw (抽取检查对象)."""

import os
import re
from pathlib import Path
from secrets import token_bytes
from typing import Annotated, Any

import typer
from sqlmodel import Session, col, func, select

from activities.draw_papers import DIRECTORY, load, load_plan
from activities.drawing import commitments_of
from cli.acting import Json, TaskId, Who, acts, asks, task_id
from cli.context import Context, department_names, out, read_bytes, show
from cli.tables import done, hint, print_table
from cli.task_show import known_task
from models.papers import ApproveDraw, CommitSecret, RequestDraw, RevealLink
from models.registers import Subject
from models.task import ActStep, DrawAct, DrawnSubject, DrawStep, TakingPart
from rules.draw import Drawn, canonical_json, commitment, link
from rules.draw_record import Act, Commitment, build_record
from rules.refusal import Refusal

app = typer.Typer(help="抽取：申请、批准、承诺、揭示、查看", no_args_is_help=True)

SecretFile = Annotated[
    Path, typer.Option("--secret-file", metavar="文件", help="本部门的秘密，仅本部门保管；提交承诺时没有则生成")
]
ActNumber = Annotated[int | None, typer.Option("--act", min=1, metavar="次", help="第几次抽取（默认最近一次）")]
_SECRET = re.compile(r"[0-9a-f]{64}")


@app.command("request")
@acts
def request(
    task: TaskId,
    who: Who,
    reason: Annotated[str, typer.Option("--reason", metavar="理由")] = "按年度计划首次抽取",
) -> None:
    """发起部门申请抽取。"""
    who.to_task(task, RequestDraw(reason=reason))
    done("已申请抽取")
    hint(f"由审批人批准：starter.py task draw approve {task_id(task)}")


@app.command("approve")
@acts
def approve(task: TaskId, who: Who, act: ActNumber = None) -> None:
    """发起部门审批人批准抽取；批准后系统锁定名录和方案。"""
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
    """查看抽取的各步：承诺、锁定的哈希、揭示、种子和数量；不含名单。"""
    task = task_id(task)
    with Context().database.read() as session:
        known_task(session, task)
        commitments = commitments_of(session, task)
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


@app.command("record")
@asks
def record(
    task: TaskId,
    folder: Annotated[Path, typer.Argument(metavar="目录", help="存放抽取档案的目录")],
    who: Who,
) -> None:
    """导出抽取档案和锁定的名录，供任何人用 docs/verify-draw.py 核验；含名单，限参与部门和办公室。"""
    task = task_id(task)
    own = who.own_department()
    with who.database.read() as session:
        row = known_task(session, task)
        if session.get(TakingPart, (task, own)) is None and own.split("/")[0] != row.office:
            raise Refusal("NotTakingPart", f"{own} 不是本任务的参与部门，不能导出名单")
        drawn = [act for act in _acts(session, task) if _step(session, act, ActStep.DRAWN)]
        if not drawn:
            raise Refusal("NotDrawn", "尚未抽取；进度见 task draw show")
        document = canonical_json(build_record(task, [_record_act(session, act) for act in drawn]))
        snapshots = {
            act.number: load(session, task, act.number, DIRECTORY) for act in drawn if act.kind.freezes
        }
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "record.json").write_bytes(document)
    for number, body in snapshots.items():
        (folder / f"directory-{number}.txt").write_bytes(body)
    files = " ".join(str(folder / f"directory-{number}.txt") for number in snapshots)
    done(f"抽取档案已存到 {folder}")
    hint(f"核验：python docs/verify-draw.py {folder / 'record.json'} {files}")


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


def _step(session: Session, act: DrawAct, step: ActStep) -> DrawStep | None:
    return session.get(DrawStep, (act.task, act.number, step, ""))


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


def _record_act(session: Session, act: DrawAct) -> Act:
    fixed = session.get_one(DrawStep, (act.task, act.number, ActStep.FIXED, "")).content
    drawn = session.get_one(DrawStep, (act.task, act.number, ActStep.DRAWN, "")).content
    rows = session.exec(
        select(DrawnSubject, Subject.code)
        .join(Subject, col(Subject.id) == col(DrawnSubject.subject))
        .where(col(DrawnSubject.task) == act.task, col(DrawnSubject.act) == act.number)
        .order_by(col(DrawnSubject.rank))
    )
    return Act(
        act=act.number,
        kind=act.kind,
        snapshot_hash=fixed["directory"],
        plan=load_plan(session, act.task, act.number),
        commitments=[
            Commitment(name, value) for name, value in sorted(commitments_of(session, act.task).items())
        ],
        links=[(name, value) for name, value in drawn["links"]],
        public_value=drawn["public_value"],
        seed=drawn["seed"],
        drawn=[Drawn(code, row.credit_class, row.stratum, row.rank) for row, code in rows],
    )
