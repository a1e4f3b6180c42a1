"""`plan questions` and `plan answers`: the open questions as a workbook for the departments, and back (待定问题表)."""

from pathlib import Path
from typing import Annotated

import typer

from activities.plans.rows import NOTICE
from adapters.plan_sheets import ACCEPT, SheetAnswer, read_answers, write_questions
from cli.acting import Who, acts
from cli.context import Context, Json, err, show
from cli.plan.given import Document, known_plan
from cli.plan.notice import settle_notice
from cli.plan.open_questions import FieldOption, open_questions
from cli.plan.words import parse_value
from cli.tables import done, hint
from models.papers import (
    AnswerPlan,
    PlanAnswer,
)
from models.plan import PlanDocument
from rules.launchable import LABELS
from rules.plan_questions import Question
from rules.refusal import Refusal

app = typer.Typer()
Sheet = Annotated[Path, typer.Argument(metavar="文件.xlsx")]


@app.command("questions")
def questions_sheet(document: Document, file: Sheet, field: FieldOption = None) -> None:
    """把待定问题导出为 XLSX，发给各部门填写答复。"""
    with Context().database.read() as session:
        found = open_questions(session, known_plan(session, document), field)
    write_questions(file, found)
    done(f"已写出 {file}：{len(found)}个问题")
    hint(f"填好后读回：starter.py plan answers {document} {file}")


@app.command("answers")
@acts
def answers(document: Document, file: Sheet, who: Who, as_json: Json = False) -> None:
    """读回待定问题表的答复；有误的行逐行指出，其余照办。"""
    given = read_answers(file)
    with who.database.read() as session:
        plan = known_plan(session, document)
        open_ = {(one.seq, one.field): one for one in open_questions(session, plan)}
    sound: list[PlanAnswer] = []
    faults: list[str] = []
    settled = 0
    for one in given:
        try:
            if one.seq == NOTICE:
                _settle_notice_answer(who, plan, one, open_)
                settled += 1
            else:
                sound.append(_understood(one, open_))
        except Refusal as refusal:
            faults.append(f"{file.name} 第{one.number}行 序号{one.seq}：{refusal.words}")
    if sound:
        who.to_office(AnswerPlan(document=document, answers=tuple(sound)))

    def text() -> None:
        done(f"已办理{len(sound) + settled}条答复，{len(faults)}处有误")
        for fault in faults:
            err.print(f"  ✗ {fault}", markup=False)
        hint(f"采用（已采用的再次采用）后生效：starter.py plan adopt {document}")

    show({"answered": len(sound) + settled, "faults": faults}, as_json=as_json, text=text)
    if faults:
        raise Refusal("RowsRefused", "有误的行未受理，其余的已办；更正后可用同一文件再次读回")


def _settle_notice_answer(
    who: Who, plan: PlanDocument, one: SheetAnswer, open_: dict[tuple[str, str], Question]
) -> None:
    question = open_.get((one.seq, one.field))
    if question is None:
        raise Refusal("NothingOpen", "通知的这一项已核定，无须答复")
    if one.answer != ACCEPT:
        settle_notice(who, plan, question, one.answer, one.reason)
    elif question.proposal != one.proposal:
        raise Refusal("ProposalChanged", f"{question.label}的建议已变为“{question.proposal}”，请重新核对")
    else:
        settle_notice(who, plan, question)


def _understood(one: SheetAnswer, open_: dict[tuple[str, str], Question]) -> PlanAnswer:
    question = open_.get((one.seq, one.field))
    if question is None:
        raise Refusal("NothingOpen", f"{LABELS.get(one.field, one.field)}已核定或没有这一行，无须答复")
    if one.answer != ACCEPT:
        value = parse_value(one.field, one.answer)
        return PlanAnswer(seq=one.seq, field=one.field, value=value, reason=one.reason)
    if question.value is None:
        raise Refusal("NoProposal", f"{question.label}没有建议，不能写“{ACCEPT}”，请写出正确内容")
    if question.proposal != one.proposal:
        raise Refusal("ProposalChanged", f"{question.label}的建议已变为“{question.proposal}”，请重新核对")
    return PlanAnswer(seq=one.seq, field=one.field, value=question.value, accepted=True, reason=one.reason)
