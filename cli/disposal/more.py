"""`disposal add|annul|refer|referrals`: what follows beside and after a disposal (追加、撤回、联合惩戒)."""

from typing import Annotated

import typer
from sqlmodel import Session, col, select

from cli import proposing
from cli.acting import TaskId, Who, acts, reads, task_id
from cli.context import Context, Json, show
from cli.given import chosen, day_of
from cli.tables import done, hint, print_table
from models.organisation import Department
from models.outcomes import Referral, ReferralReply, Reply
from models.papers import AddDisposal, AnnulDecision, AnswerReferral, ReferDishonesty
from models.registers import Subject
from models.task import Visit
from rules.disposal import DisposalKind

app = typer.Typer()

ResultId = Annotated[str, typer.Argument(metavar="结果编号", help="见 result list")]
Reason = Annotated[str, typer.Option("--reason", metavar="理由", help="理由，入档留痕")]


@app.command("add")
@acts
def add(
    task: TaskId,
    result: ResultId,
    kind: Annotated[
        list[str],
        typer.Option(
            "--kind", metavar="方式", help="、".join(one.label for one in DisposalKind) + "（可重复）"
        ),
    ],
    reason: Reason,
    who: Who,
    days: proposing.Days = None,
    receiver: proposing.Receiver = None,
    outside: proposing.Outside = "",
    owner: proposing.Owner = None,
) -> None:
    """对已审批的结果追加一件处置；一项问题可以有几件。"""
    with who.database.read() as session:
        made = proposing.follow_ups(session, kind, days=days, receiver=receiver, outside=outside, owner=owner)
    answer = who.to_task(task_id(task), AddDisposal(result=result, disposal=made, reason=reason))
    for one in answer.data["disposals"]:
        done(f"已追加处置 {one}")
        hint(f"办理：starter.py disposal step {one}")


@app.command("annul")
@acts
def annul(
    disposal: Annotated[str, typer.Argument(metavar="处置编号", help="见 disposal list")],
    authority: Annotated[str, typer.Option("--authority", metavar="机关", help="作出撤销、变更的机关")],
    document: Annotated[str, typer.Option("--document", metavar="文号")],
    on: Annotated[str, typer.Option("--on", metavar="日期", help="撤销、变更之日")],
    reason: Reason,
    who: Who,
) -> None:
    """决定被撤销或变更：已公示的3个工作日内撤回公示，尚未公示的不再公示。"""
    paper = AnnulDecision(authority=authority, document=document, decided_on=day_of(on), reason=reason)
    disposal = disposal.removeprefix("disposal/")
    said = who.send(f"disposal/{disposal}", paper).data
    then = "撤回公示在办" if said["public"] else "不再公示"
    if said["withdrawn"] and not said["public"]:
        then += "，已报送省平台的撤回在办"
    done(f"已登记 {disposal} 的决定被撤销，{then}")
    hint(f"进展：starter.py publication list {disposal}")


@app.command("refer")
@acts
def refer(
    task: TaskId,
    result: ResultId,
    act: Annotated[str, typer.Option("--act", metavar="行为", help="失信行为")],
    basis: Annotated[str, typer.Option("--basis", metavar="依据", help="认定依据")],
    to: Annotated[str, typer.Option("--to", metavar="机关", help="移交给谁")],
    on: Annotated[str, typer.Option("--on", metavar="日期", help="移交日期")],
    who: Who,
) -> None:
    """登记失信行为移交联合惩戒。"""
    paper = ReferDishonesty(result=result, act=act, basis=basis, authority=to, referred_on=day_of(on))
    who.to_task(task_id(task), paper)
    done(f"已登记移交联合惩戒：{act} → {to}")


@app.command("referral-reply")
@acts
def referral_reply(
    task: TaskId,
    referral: Annotated[str, typer.Argument(metavar="移交编号", help="见 disposal referrals")],
    reply: Annotated[
        str,
        typer.Option(
            "--reply", metavar="答复", help="、".join(f"{one.value}（{one.label}）" for one in Reply)
        ),
    ],
    on: Annotated[str, typer.Option("--on", metavar="日期", help="答复日期")],
    document: Annotated[str, typer.Option("--document", metavar="文号", help="接收单位的文书号")],
    who: Who,
    note: Annotated[str, typer.Option("--note", metavar="说明", help="退回的理由，或处理的结果")] = "",
) -> None:
    """登记接收单位对移交联合惩戒的答复：已接收、退回、处理结果。"""
    given = chosen(Reply, reply)
    paper = AnswerReferral(
        referral=referral, reply=given.value, replied_on=day_of(on), document=document, note=note
    )
    who.to_task(task_id(task), paper)
    done(f"已登记答复：{given.label}（{document}）")


@app.command("referrals")
@reads
def referrals(task: TaskId, as_json: Json = False) -> None:
    """列出移交联合惩戒的失信行为。"""
    with Context().database.read() as session:
        rows = session.exec(
            select(Referral, Subject.name, Department.name)
            .join(Visit, col(Visit.id) == col(Referral.visit))
            .join(Subject, col(Subject.id) == col(Visit.subject))
            .join(Department, col(Department.id) == col(Referral.department))
            .where(col(Referral.task) == task_id(task))
            .order_by(col(Referral.referred_on), col(Referral.id))
        ).all()
        replies = _replies(session, [row.id for row, _, _ in rows])
    data = [
        {
            "referral": row.id,
            "name": subject,
            "department_name": department,
            "replies": replies.get(row.id, ["待答复"]),
            "act": row.act,
            "basis": row.basis,
            "authority": row.authority,
            "referred_on": row.referred_on,
            "result": row.result,
        }
        for row, subject, department in rows
    ]
    columns = {
        "referral": "移交编号",
        "name": "检查对象",
        "department_name": "移交部门",
        "act": "失信行为",
        "basis": "依据",
        "authority": "移交给",
        "referred_on": "日期",
        "replies": "答复",
    }
    show(data, as_json=as_json, text=lambda: print_table(columns, data, empty="没有移交联合惩戒的"))


def _replies(session: Session, referrals: list[str]) -> dict[str, list[str]]:
    """What was answered to each referral, in order."""
    found: dict[str, list[str]] = {}
    rows = session.exec(
        select(ReferralReply)
        .where(col(ReferralReply.referral).in_(referrals))
        .order_by(col(ReferralReply.referral), col(ReferralReply.number))
    )
    for row in rows:
        words = f"{row.reply.label}（{row.document}，{row.replied_on}）{row.note}"
        found.setdefault(row.referral, []).append(words)
    return found
