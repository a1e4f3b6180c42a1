"""`task borrow|lend|widen|assist|joint|join|recognise`: the ways on where a check is short, shared or done already."""

from typing import Annotated

import typer

from activities.match.experts import lacking
from cli.acting import TaskId, Who, acts, task_id
from cli.draw.lists import offer_lines
from cli.given import department_named
from cli.tables import done, hint, print_table
from cli.task.given import known_task
from models.papers import (
    AnswerJointVisit,
    AttachAssistant,
    BorrowOfficer,
    LendOfficer,
    OfferJointVisit,
    RecogniseResults,
    WidenAreas,
)
from models.task import TakingPart
from rules.refusal import Refusal

app = typer.Typer()

Reason = Annotated[str, typer.Option("--reason", metavar="理由")]
Visit = Annotated[str, typer.Argument(metavar="检查编号", help="见 task visits")]


@app.command("borrow")
@acts
def borrow(
    task: TaskId,
    officer: Annotated[str, typer.Argument(metavar="证号", help="上级或其他单位执法人员的证号")],
    reason: Reason,
    who: Who,
    number: Annotated[
        str, typer.Option("--number", metavar="文号", help="借调上级人员时，上级同意借调的文号")
    ] = "",
) -> None:
    """人员不足时，请求借调本级其他单位的执法人员（由其答复），或按上级同意的文号借调上级人员。"""
    answer = who.to_task(task, BorrowOfficer(officer=officer, number=number, reason=reason))
    lender = answer.data.get("asked")
    if lender:
        done(f"已请求{lender}借出 {officer}，等其答复")
        hint(f"由{lender}审批人答复：starter.py task lend {task_id(task)} {officer} --reason 理由")
        return
    done(f"已借调 {officer}；正在重新匹配，结果见 task show")


@app.command("lend")
@acts
def lend(
    task: TaskId,
    officer: Annotated[str, typer.Argument(metavar="证号", help="本单位执法人员的证号")],
    reason: Reason,
    who: Who,
    no: Annotated[bool, typer.Option("--no", help="不同意借出")] = False,
) -> None:
    """答复其他部门借调本单位执法人员的请求：同意，或 --no 不同意。"""
    who.to_task(task, LendOfficer(officer=officer, lend=not no, reason=reason))
    done(f"已答复：不同意借出 {officer}" if no else f"已同意借出 {officer}，由借入部门重新匹配")


@app.command("widen")
@acts
def widen(
    task: TaskId,
    reason: Reason,
    who: Who,
    areas: Annotated[
        list[str] | None, typer.Option("--area", metavar="区域", help="增加哪个区域（可重复，不写为全域）")
    ] = None,
) -> None:
    """人员不足时，准许本部门执法人员在本任务中到负责区域之外检查，并重新匹配。"""
    who.to_task(task, WidenAreas(areas=tuple(areas or ()), reason=reason))
    done("已扩大负责区域；正在重新匹配，结果见 task show")


@app.command("assist")
@acts
def assist(
    task: TaskId,
    who: Who,
    name: Annotated[str, typer.Argument(metavar="姓名", help="不在专家库中的辅助人员")] = "",
    specialty: Annotated[str, typer.Option("--specialty", metavar="专业")] = "",
    item: Annotated[str, typer.Option("--item", metavar="事项编号", help="为本部门的哪一事项")] = "",
    expert: Annotated[str, typer.Option("--expert", metavar="专家编号", help="专家库中的专家")] = "",
    reason: Annotated[str, typer.Option("--reason", metavar="理由")] = "按抽签结果指派",
    proposed: Annotated[
        bool, typer.Option("--proposed", help="按系统从专家库抽签的结果指派所缺的专家")
    ] = False,
) -> None:
    """为需要专业知识的事项指派专家或辅助人员：协助检查，不计入执法人数。不写姓名先看所缺的和抽签结果。"""
    if name or expert:
        line = AttachAssistant(
            name=name or expert, specialty=specialty or "专家", item=item, expert=expert, reason=reason
        )
        who.to_task(task, line)
        done(f"已为事项 {item} 指派 {name or expert}，列入检查文书")
        return
    lines = _lacking(who, task_id(task))
    for line, words in lines:
        if proposed:
            who.to_task(task, line.model_copy(update={"reason": reason}))
        (done if proposed else hint)(words)
    if not lines:
        done("没有尚缺专家的事项")
    elif not proposed:
        hint(f"照此指派：starter.py task assist {task_id(task)} --proposed")


def _lacking(who: Who, task: str) -> list[tuple[AttachAssistant, str]]:
    """The papers that attach what the lot proposes, each with what is said of it."""
    own = who.actor(AttachAssistant).department
    with who.database.read() as session:
        known_task(session, task)
        part = session.get(TakingPart, (task, own))
        if part is None:
            raise Refusal("NotTakingPart", "专家由参与部门指派，请由参与部门办理")
        found = lacking(session, part)
    for one in found:
        if one.without:
            hint(
                f"事项 {one.item}：专家库中没有可为其中{one.without}户协助的“{one.specialty}”专家，"
                f"请补充专家库，或指派辅助人员：task assist {task} 姓名 --specialty {one.specialty} --item {one.item}"
            )
    return [
        (
            AttachAssistant(
                name=expert.name,
                specialty=one.specialty,
                item=one.item,
                expert=expert.code,
                reason="按抽签结果",
            ),
            f"事项 {one.item}（{one.name}）：{expert.name}（{expert.code}，{one.specialty}）",
        )
        for one in found
        for expert in one.proposed
    ]


@app.command("joint")
@acts
def joint(
    task: TaskId,
    visit: Visit,
    other: Annotated[str, typer.Option("--with", metavar="另一任务", help="见 draw overlaps")],
    there: Annotated[str, typer.Option("--department-there", metavar="部门", help="另一任务中的哪个部门")],
    reason: Reason,
    who: Who,
) -> None:
    """提议与另一任务对同一对象合并上门（进一次门，查多项事）：对方同意后按本部门的检查时段一同上门。"""
    with who.database.read() as session:
        department = department_named(session, there).id
    paper = OfferJointVisit(visit=visit, task=task_id(other), department=department, reason=reason)
    who.to_task(task, paper)
    done(f"已向{there}提议合并上门，等其审批人答复")


@app.command("join")
@acts
def join(
    task: TaskId,
    who: Who,
    visit: Annotated[str | None, typer.Argument(metavar="检查编号", help="不写则列出待答复的提议")] = None,
    reason: Annotated[str, typer.Option("--reason", metavar="理由")] = "一次上门，查多项事",
    no: Annotated[bool, typer.Option("--no", help="不同意合并上门")] = False,
) -> None:
    """答复合并上门的提议：同意的，本部门该户的检查时段改为提议的时段；或 --no 不同意。"""
    if visit is None:
        _list_offers(who, task_id(task))
        return
    answer = who.to_task(task, AnswerJointVisit(visit=visit, join=not no, reason=reason))
    if no:
        done(f"已答复：{visit} 不合并上门")
        return
    again = answer.data.get("to_match", 0)
    done(f"{visit} 已与对方合并上门" + ("；原执法人员时间不合，正在重新匹配" if again else ""))


def _list_offers(who: Who, task: str) -> None:
    own = who.own_department()
    with who.database.read() as session:
        known_task(session, task)
        data = offer_lines(session, task, own)
    columns = {
        "visit": "检查编号", "code": "代码", "department_name": "提议部门", "task": "其任务",
        "first_day": "检查时段自", "last_day": "至",
    }  # fmt: skip
    print_table(columns, data, empty="没有待答复的合并上门提议")


@app.command("recognise")
@acts
def recognise(
    task: TaskId,
    visit: Visit,
    reason: Reason,
    who: Who,
    no: Annotated[bool, typer.Option("--no", help="不互认，照常检查")] = False,
) -> None:
    """以其他部门尚在有效期内的检查结果代替本次检查（结果互认），来源入档；或 --no 照常检查。"""
    who.to_task(task, RecogniseResults(visit=visit, recognise=not no, reason=reason))
    done(f"{visit} 照常检查，不再提示互认" if no else f"{visit} 已互认其他部门结果，不再检查")
