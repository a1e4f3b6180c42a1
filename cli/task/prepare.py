"""`task scope|items|periods|confirm`: the row's prose made exact, each confirmed by a second person."""

from pathlib import Path
from typing import Annotated, Any

import typer

from activities.acts.preparation import newest_proposal
from cli.acting import TaskId, Who, acts, task_id
from cli.context import Json, out, show
from cli.given import chosen, day_of, department_named
from cli.tables import done, hint
from cli.task.given import known_task
from cli.task.proposals import proposal_words
from cli.task.scope_given import check_any, check_known, hand_picked_codes, whole_number
from cli.task.suggestions import read_items, read_scope, suggest_items, suggest_scope, tell_scope
from models.papers import ConfirmAspect, Paper, Period, ProposeItems, ProposePeriods, ProposeScope
from models.task import Aspect, Preparation
from models.trail import Answer
from rules.channel import LegalForm
from rules.refusal import Refusal
from rules.scope import ScopeFilter, describe

app = typer.Typer()

Words = list[str] | None


def _many(name: str, metavar: str, text: str) -> Any:
    return typer.Option(name, metavar=metavar, help=f"{text}（可重复）")


@app.command("scope")
@acts
def scope(
    task: TaskId,
    who: Who,
    kind: Annotated[Words, _many("--kind", "种类", "对象种类")] = None,
    legal_form: Annotated[Words, _many("--legal-form", "形式", "法律形式，如 企业、个体工商户")] = None,
    tag: Annotated[Words, _many("--tag", "标签", "类别标签，任一即可")] = None,
    exclude_tag: Annotated[Words, _many("--exclude-tag", "标签", "不含的标签")] = None,
    area: Annotated[Words, _many("--area", "区域", "区域")] = None,
    credit_class: Annotated[Words, _many("--class", "类", "信用风险分类 A、B、C、D")] = None,
    min_capital: Annotated[
        int | None, typer.Option(metavar="万元", help="注册资本下限", parser=whole_number)
    ] = None,
    max_capital: Annotated[
        int | None, typer.Option(metavar="万元", help="注册资本上限", parser=whole_number)
    ] = None,
    min_floor_area: Annotated[
        int | None, typer.Option(metavar="平方米", help="面积下限", parser=whole_number)
    ] = None,
    max_floor_area: Annotated[
        int | None, typer.Option(metavar="平方米", help="面积上限", parser=whole_number)
    ] = None,
    licence: Annotated[str | None, typer.Option(metavar="许可证", help="持何许可证")] = None,
    licence_level: Annotated[str | None, typer.Option(metavar="级别", help="许可级别")] = None,
    hand_picked: Annotated[
        Path | None, typer.Option(metavar="文件", help="人工指定名单：每行一个代码；须写 --reason")
    ] = None,
    reason: Annotated[str | None, typer.Option(metavar="理由", help="选取的理由")] = None,
    proposed: Annotated[bool, typer.Option("--proposed", help="照计划行文字读出的范围提出")] = False,
    as_json: Json = False,
) -> None:
    """提出抽查对象范围；不带条件时只列出计划行文字读出的建议、户数和样例。"""
    given = {
        "kinds": kind,
        "legal_forms": [chosen(LegalForm, one) for one in legal_form or []],
        "tags_any": tag,
        "exclude_tags": exclude_tag,
        "areas": area,
        "credit_classes": credit_class,
        "min_capital": min_capital,
        "max_capital": max_capital,
        "min_floor_area": min_floor_area,
        "max_floor_area": max_floor_area,
        "licence": licence,
        "licence_level": licence_level,
        "reason": reason,
    }
    set_ones = {name: value for name, value in given.items() if value not in (None, [])}
    if not set_ones and not proposed and hand_picked is None:
        suggest_scope(who.context, task_id(task), as_json=as_json)
        return
    wanted = (
        read_scope(who.context, task_id(task))[0] if proposed else _filter(who, task, set_ones, hand_picked)
    )
    with who.database.read() as session:
        check_any(session, known_task(session, task_id(task)).office, wanted)
    answer = who.to_task(task, ProposeScope(filter=wanted))

    def text() -> None:
        done(f"已提出抽查对象范围：{describe(wanted)}")
        out.print(f"  现有{answer.data['count']}户", markup=False)
        _next(task_id(task), answer)

    show(answer.data, as_json=as_json, text=text)


@app.command("items")
@acts
def items(
    task: TaskId,
    who: Who,
    item: Annotated[Words, _many("--item", "部门=编号,编号", "一个部门的抽查事项")] = None,
    suggest: Annotated[bool, typer.Option("--suggest", help="列出各参与部门清单中的事项")] = False,
    proposed: Annotated[bool, typer.Option("--proposed", help="照计划行文字与清单的匹配提出")] = False,
    as_json: Json = False,
) -> None:
    """提出各参与部门的抽查事项；不带 --item 时列出各部门清单，★ 为与计划行文字相近的。"""
    if proposed:
        matched = read_items(who.context, task_id(task))
        _propose(who, task, ProposeItems(items=matched), "各部门抽查事项", as_json=as_json)
        return
    if suggest or not item:
        suggest_items(who.context, task_id(task), as_json=as_json)
        return
    chosen_items: dict[str, tuple[str, ...]] = {}
    with who.database.read() as session:
        for one in item:
            name, separator, codes = one.partition("=")
            if not separator or not codes.strip():
                raise Refusal(
                    "ItemFormWrong",
                    f"“{one}”不是抽查事项，请写成 部门=编号,编号，如 --item 市场监管局=A01,A02；"
                    "部门编号和名称见 register show departments",
                )
            department = department_named(session, name.strip()).id
            codes_of = [code.strip() for code in codes.split(",") if code.strip()]
            chosen_items[department] = (*chosen_items.get(department, ()), *codes_of)
    _propose(who, task, ProposeItems(items=chosen_items), "各部门抽查事项", as_json=as_json)


@app.command("periods")
@acts
def periods(
    task: TaskId,
    period: Annotated[
        list[str],
        typer.Option(
            "--period", metavar="起~止[=比例]", help="一个批次，如 2026-03-02~2026-03-20=50（可重复）"
        ),
    ],
    who: Who,
    as_json: Json = False,
) -> None:
    """提出各批次的检查时段；比例之和为100，都不写则平均分。"""
    _propose(who, task, ProposePeriods(periods=_periods(period)), "检查时段", as_json=as_json)


@app.command("confirm")
@acts
def confirm(
    task: TaskId,
    who: Who,
    aspect: Annotated[
        str | None,
        typer.Argument(metavar="内容", help="scope（范围）、items（事项）或 periods（时段）；不写则逐项办理"),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="不再询问，直接确认")] = False,
) -> None:
    """第二人复核：显示最新方案，确认的是所见方案的哈希。"""
    task = task_id(task)
    wanted = [chosen(Aspect, aspect)] if aspect else list(Aspect)
    with who.database.read() as session:
        known_task(session, task)
        found = [(one, newest_proposal(session, task, one)) for one in wanted]
        seen = [
            (one, row, proposal_words(session, one, row.content))
            for one, row in found
            if row is not None and (row.confirmed_by is None or aspect)
        ]
    if not seen:
        raise Refusal(
            "NothingToConfirm", "没有待复核的方案；请先由发起部门提出（task scope、items、periods）"
        )
    for one, row, words in seen:
        out.print(f"{one.label}：{words}", markup=False)
        out.print(f"  哈希 {row.sha256}", style="dim")
        if one is Aspect.SCOPE:
            tell_scope(who.context, task, ScopeFilter.model_validate(row.content["filter"]))
        if yes or typer.confirm("与原文相符，确认？", default=False):
            _confirm(who, task, one, row)


def _filter(who: Who, task: str, given: dict[str, Any], hand_picked: Path | None) -> ScopeFilter:
    """The conditions as typed, of values that the register knows."""
    with who.database.read() as session:
        office = known_task(session, task_id(task)).office
        check_known(session, office, given)
        codes = hand_picked_codes(session, office, hand_picked) if hand_picked else []
    return ScopeFilter.model_validate({**given, "hand_picked": codes})


def _confirm(who: Who, task: str, aspect: Aspect, row: Preparation) -> None:
    # One command may confirm three things: each message has an id of its own.
    message = f"{who.message_id}-{aspect.value}" if who.message_id else None
    paper = ConfirmAspect(aspect=aspect.value, sha256=row.sha256)
    who.send(f"joint-task/{task}", paper, message_id=message)
    done(f"已复核确认{aspect.label}")


def _propose(who: Who, task: str, paper: Paper, label: str, *, as_json: bool) -> None:
    answer = who.to_task(task, paper)

    def text() -> None:
        done(f"已提出{label}")
        _next(task_id(task), answer)

    show(answer.data, as_json=as_json, text=text)


def _next(task: str, answer: Answer) -> None:
    hint(f"由第二人复核：starter.py task confirm {task} {answer.data['aspect']}")


def _periods(texts: list[str]) -> tuple[Period, ...]:
    shares = [text.partition("=")[2].strip().rstrip("%") for text in texts]
    if not any(shares):
        even = 100 // len(texts)
        shares = [str(even)] * (len(texts) - 1) + [str(100 - even * (len(texts) - 1))]
    made = []
    for text, share in zip(texts, shares, strict=True):
        first, separator, last = text.partition("=")[0].partition("~")
        if not separator or not share.isdigit():
            raise Refusal("PeriodInvalid", f"“{text}”不是检查时段，请写成 2026-03-02~2026-03-20=50")
        made.append(Period(first_day=day_of(first), last_day=day_of(last), share=int(share)))
    return tuple(made)
