"""`task draw`: request, approval, commitments, reveals and the record of the draw (抽取检查对象)."""

import os
import re
from pathlib import Path
from secrets import token_bytes
from typing import Annotated, Literal

import typer
from sqlmodel import col, func, select

from activities.draw.contributions import since_of
from cli.acting import TaskId, Who, acts, reads, task_id
from cli.context import Context, Json, show
from cli.given import chosen, read_bytes
from cli.tables import done, hint
from cli.task.draw_view import read_draw
from cli.task.given import known_task
from models.papers import (
    ApproveDraw,
    CommitSecret,
    PublicSource,
    PublicValue,
    RefuseDraw,
    RequestDraw,
    RevealLink,
)
from models.task import DrawAct
from rules.draw_commitments import commitment, link
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
_FOUND = {
    "not_in_force": "范围内非存续，不列入名录",
    "ceiling": "已达年度抽查上限",
    "recent": "近期已由其他任务检查",
    "approval": "经书面批准不列入名录",
    "trade_class_unknown": "行业监管风险分类不在折算表中，只按信用风险分类抽取（policy set trade_classes）",
    "unclassified": "市场主体尚无信用风险分类，凭批准按总体比例抽取",
}
_LISTED = frozenset({"ceiling", "recent", "unclassified"})
"""What `draw ceilings` lists by name."""
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
    evidence: Annotated[
        str,
        typer.Option(
            "--evidence",
            metavar="依据",
            help="替换、追加、重新抽取的依据；首次抽取保留已达上限的对象时的批准文件",
        ),
    ] = "",
    ceiling: Annotated[
        str | None,
        typer.Option("--over-ceiling", metavar="排除|保留", help="已达年度上限的对象，名单见 draw ceilings"),
    ] = None,
    recent: Annotated[
        str | None,
        typer.Option("--recent", metavar="排除|保留", help="近期已由其他任务检查的对象"),
    ] = None,
    leave_out: Annotated[
        list[str] | None,
        typer.Option("--leave-out", metavar="代码=批件", help="经书面批准不列入名录的对象（可重复）"),
    ] = None,
    unclassified: Annotated[
        str | None,
        typer.Option(
            "--unclassified",
            metavar="批件",
            help="通知要求市场主体一律用信用风险分类，而有的尚无分类：凭此批准仍按总体比例抽取",
        ),
    ] = None,
    public_name: Annotated[
        str | None,
        typer.Option("--public-name", metavar="名称", help="混入公共随机值：哪一期开奖或信标"),
    ] = None,
    public_source: Annotated[
        str,
        typer.Option("--public-source", metavar="来源", help="在哪里可以查到公共随机值，各数按什么次序写"),
    ] = "",
    public_length: Annotated[
        int | None,
        typer.Option(
            "--public-length",
            min=1,
            max=256,
            metavar="位数",
            help="公共随机值共多少位数字或字母（不计空格、标点）",
        ),
    ] = None,
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
            ceiling=_choice(ceiling),
            recent=_choice(recent),
            unclassified=unclassified,
            leave_out=dict(_approved(one) for one in leave_out or ()),
            public=_announced(public_name, public_source, public_length),
        ),
    )
    done(f"已申请第{answer.data['act']}次抽取（{wanted.label}）")
    for reason_, count in answer.data.get("found", {}).items():
        listed = f"（名单见 draw ceilings {task_id(task)}）" if reason_ in _LISTED else ""
        hint(f"{_FOUND[reason_]}：{count}户{listed}")
    by = "领导小组办公室" if wanted is Kind.REDRAW else "本部门审批人"
    hint(f"由{by}批准：starter.py task draw approve {task_id(task)}")


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


def _announced(name: str | None, source: str, length: int | None) -> PublicSource | None:
    if name is None:
        return None
    if not source or length is None:
        raise Refusal(
            "AnnouncementIncomplete",
            "预告公共随机值须同时写明来源和位数：--public-source、--public-length（如双色球7个两位数为14）",
        )
    return PublicSource(name=name, source=source, length=length)


def _choice(text: str | None) -> Literal["exclude", "keep"] | None:
    if text is None:
        return None
    choices: dict[str, Literal["exclude", "keep"]] = {"排除": "exclude", "保留": "keep"}
    if text not in choices:
        raise Refusal("ChoiceUnknown", f"“{text}”不在可选之列：排除、保留")
    return choices[text]


def _approved(text: str) -> tuple[str, str]:
    code, _, approval = text.partition("=")
    if not approval.strip():
        raise Refusal("ApprovalMissing", f"“{text}”须写成 代码=批准文件")
    return code.strip(), approval.strip()


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
