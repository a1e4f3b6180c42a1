"""`task draw request`: what a draw is asked for with, and what the scope holds against it (申请抽取)."""

from typing import Annotated, Literal

import typer

from cli.acting import TaskId, Who, acts, task_id
from cli.given import chosen
from cli.tables import done, hint
from models.papers import (
    PublicSource,
    RequestDraw,
)
from rules.draw_record import Kind
from rules.refusal import Refusal

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
