"""`plan review` and its kin: what was not plainly read, settled by a person (核定计划)."""

import sys
from collections import Counter
from typing import Annotated, Any

import typer
from sqlmodel import Session, col, select

from activities.plans.rows import NOTICE
from cli.acting import Who, acts
from cli.context import Json, err, out, show
from cli.plan.given import Document, known_plan
from cli.plan.notice import FIELDS, settle_notice
from cli.plan.open_questions import FieldOption, open_questions
from cli.plan.words import parse_value
from cli.tables import done, hint, print_table
from models.papers import (
    AnswerPlan,
    ConfirmPlanFields,
    PlanAnswer,
    SetPlanField,
)
from models.plan import PlanDocument, PlanRow
from rules.launchable import LABELS
from rules.plan.published import NOTICE_LABELS
from rules.plan_questions import Question, chosen_seqs, same_proposals
from rules.refusal import Refusal

app = typer.Typer()


@app.command("review")
@acts
def review(
    document: Document,
    who: Who,
    field: FieldOption = None,
    ask: Annotated[bool, typer.Option("--ask/--list", help="逐项询问，或只列出")] = sys.stdin.isatty(),
    as_json: Json = False,
) -> None:
    """逐项核定未读明的字段：原文、建议、依据；回车采纳，写内容更正，s 跳过，q 结束。"""
    with who.database.read() as session:
        plan = known_plan(session, document)
        questions = open_questions(session, plan, field)
    if ask and not as_json:
        _walk(who, plan, questions)
        return
    data = [_view(one) for one in questions]

    def text() -> None:
        columns = {"seq": "序号", "label": "字段", "raw": "原文", "proposal": "建议", "why": "依据"}
        lines = [{**one, "seq": "通知" if one["seq"] == NOTICE else one["seq"]} for one in data]
        print_table(columns, lines, title=f"{document} 待核定{len(data)}项", empty="全部读明")
        for group in same_proposals(questions)[:5]:
            if len(group) > 1:
                one = group[0]
                hint(
                    f"{len(group)}行的{one.label}建议同为“{one.proposal}”，一并采纳："
                    f"starter.py plan confirm {document} {one.seq} {one.field} --same"
                )
        for wanted, count in Counter(one.field for one in questions if one.value is None).items():
            if count > 1:
                hint(
                    f"{count}行的{LABELS[wanted]}没有建议，可一并核定："
                    f"starter.py plan set {document} open {wanted} 值 --reason 依据"
                )
        for one in questions:
            if one.seq == NOTICE:
                means = (
                    f"confirm {document} notice {one.field}"
                    if one.proposal
                    else f"set {document} notice {one.field} 值 --reason 依据"
                )
                hint(f"通知的{one.label}：starter.py plan {means}")
        hint(f"导出待定问题表：starter.py plan questions {document} 文件.xlsx")

    show(data, as_json=as_json, text=text)


@app.command("confirm")
@acts
def confirm(
    document: Document,
    who: Who,
    seq: Annotated[str | None, typer.Argument(metavar="序号")] = None,
    field: Annotated[str | None, typer.Argument(metavar="字段")] = None,
    field_option: FieldOption = None,
    same: Annotated[bool, typer.Option("--same", help="凡建议相同的行一并采纳")] = False,
) -> None:
    """采纳建议：一行一字段，或凡建议相同的行一并采纳（--field 字段 --same）；notice 为通知本身。"""
    wanted = field or field_option
    if wanted is None or (seq is None and not same):
        raise Refusal("FieldMissing", f"请写明序号和字段，或用 plan confirm {document} --field 字段 --same")
    with who.database.read() as session:
        plan = known_plan(session, document)
        questions = open_questions(session, plan, wanted)
    if wanted in FIELDS:
        _confirm_notice(who, plan, questions, wanted)
        return
    group = _group(document, questions, seq, wanted, same=same)
    who.to_office(
        ConfirmPlanFields(
            document=document, field=wanted, value=group[0].value, seqs=tuple(one.seq for one in group)
        )
    )
    done(f"已采纳{len(group)}行的{LABELS[wanted]}：{group[0].proposal}")
    hint(f"采用（已采用的再次采用）后生效：starter.py plan adopt {document}")


@app.command("set")
@acts
def set_field(
    document: Document,
    seq: Annotated[
        str,
        typer.Argument(metavar="序号", help="如 3、3,7、4-9；open 为该字段待核定的全部行，notice 为通知本身"),
    ],
    field: Annotated[str, typer.Argument(metavar="字段", help="如 ratio、window、initiator，见 plan show")],
    value: Annotated[str, typer.Argument(metavar="值", help="如 5%、3月-10月、县抽县查，或该字段的 JSON")],
    reason: Annotated[str, typer.Option("--reason", help="依据（如电话核实、补充通知文号）")],
    who: Who,
) -> None:
    """核定字段，一行或多行；原读数留痕。"""
    if seq == NOTICE:
        who.to_office(SetPlanField(document=document, seq=NOTICE, field=field, value=value, reason=reason))
        done(f"已核定 {document} 通知的{NOTICE_LABELS.get(field, field)}")
        return
    settled = parse_value(field, value)
    with who.database.read() as session:
        plan = known_plan(session, document)
        seqs = _chosen(session, plan, seq, field)
    if len(seqs) == 1:
        who.to_office(SetPlanField(document=document, seq=seqs[0], field=field, value=settled, reason=reason))
    else:
        answers = tuple(PlanAnswer(seq=one, field=field, value=settled, reason=reason) for one in seqs)
        who.to_office(AnswerPlan(document=document, answers=answers))
    done(f"已核定 {document} 序号 {'、'.join(seqs)} 的{LABELS[field]}")
    hint(f"采用（已采用的再次采用）后生效：starter.py plan adopt {document}")


def _confirm_notice(who: Who, plan: PlanDocument, questions: list[Question], field: str) -> None:
    if not questions:
        raise Refusal("NothingOpen", f"通知的 {field} 没有待核定的建议，无须办理")
    settle_notice(who, plan, questions[0])
    done(f"已核定 {plan.id} 的{questions[0].label}：{questions[0].proposal}")


def _walk(who: Who, plan: PlanDocument, questions: list[Question]) -> None:
    document = plan.id
    answered = 0
    for number, one in enumerate(questions, start=1):
        where = "通知" if one.seq == NOTICE else f"序号{one.seq}"
        out.print(f"\n[{number}/{len(questions)}] {where} {one.name}", markup=False)
        out.print(f"  {one.label}（{one.field}）", markup=False)
        out.print(f"  原文：{one.raw or '（空）'}\n  依据：{one.why}", markup=False)
        out.print(f"  建议：{one.proposal or '（没有建议）'}", markup=False)
        said = typer.prompt(
            "  回车采纳，或写正确内容；s 跳过，q 结束", default="", show_default=False
        ).strip()
        if said == "q":
            break
        if said == "s" or (not said and one.value is None):
            continue
        try:
            if one.seq == NOTICE:
                settle_notice(who, plan, one, said)
            elif said:
                value = parse_value(one.field, said)
                reason = typer.prompt("  依据", default="核对原文")
                paper = SetPlanField(
                    document=document, seq=one.seq, field=one.field, value=value, reason=reason
                )
                who.to_office(paper)
            else:
                who.to_office(
                    ConfirmPlanFields(document=document, field=one.field, value=one.value, seqs=(one.seq,))
                )
            answered += 1
        except Refusal as refusal:
            err.print(f"  ✗ {refusal.words}", markup=False)
    done(f"已核定{answered}项，共{len(questions)}项")
    hint(f"采用：starter.py plan adopt {document}")


def _group(
    document: str, questions: list[Question], seq: str | None, field: str, *, same: bool
) -> list[Question]:
    """What is accepted: one question, or all with one and the same proposal."""
    groups = same_proposals(questions)
    if seq is not None:
        group = next((one for one in groups if any(each.seq == seq for each in one)), None)
        if group is None:
            raise Refusal(
                "NoProposal",
                f"序号{seq}的{LABELS[field]}没有待确认的建议；请用 plan set {document} {seq} {field} 值 核定",
            )
        return group if same else [each for each in group if each.seq == seq]
    if not groups:
        raise Refusal("NoProposal", f"{LABELS[field]}没有待确认的建议；没有建议的请用 plan set 核定")
    if len(groups) > 1:
        shown = "；".join(f"“{one[0].proposal}”{len(one)}行（如序号{one[0].seq}）" for one in groups[:5])
        raise Refusal(
            "ProposalsDiffer",
            f"{LABELS[field]}的建议不止一种：{shown}；请写明以哪一行为准：plan confirm {document} 序号 {field} --same",
        )
    return groups[0]


def _chosen(session: Session, plan: PlanDocument, text: str, field: str) -> list[str]:
    if text == "open":
        found = [one.seq for one in open_questions(session, plan, field)]
        if not found:
            raise Refusal("NothingOpen", f"没有待核定{LABELS[field]}的行，请写明序号")
        return found
    known = list(
        session.exec(
            select(PlanRow.seq)
            .where(col(PlanRow.document) == plan.id)
            .order_by(col(PlanRow.line), col(PlanRow.id))
        )
    )
    try:
        return chosen_seqs(text, known)
    except ValueError as problem:
        raise Refusal(
            "RowUnknown", f"没有计划 {plan.id} 的序号 {problem}；可用 plan rows {plan.id} 查看"
        ) from None


def _view(one: Question) -> dict[str, Any]:
    return {
        "seq": one.seq,
        "name": one.name,
        "field": one.field,
        "label": one.label,
        "raw": one.raw,
        "proposal": one.proposal,
        "value": one.value,
        "why": one.why,
    }
