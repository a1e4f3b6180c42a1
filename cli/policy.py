"""`policy`: what an office or department may set, each value with its clause (规则参数)."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated, Any

import typer
from sqlmodel import Session, select

from activities.authority import postings_of
from activities.papers.filing import Actor
from activities.standing import Policies
from cli.acting import Who, acts
from cli.context import Context, Json, show
from cli.given import day_of, department_named
from cli.plan.given import known_plan
from cli.tables import done, print_table
from models.organisation import Department, Office
from models.papers import SetPolicy
from rules.calendar import local_day
from rules.policy import PolicyKey
from rules.refusal import Refusal
from rules.roles import Role

app = typer.Typer(help="规则参数：期限、比例、催办等，每项注明依据条款", no_args_is_help=True)

_LONGEST_SHOWN = 60


@app.command("show")
def show_policies(
    office: Annotated[str | None, typer.Option("--office", metavar="代号", help="哪个办公室")] = None,
    department: Annotated[
        str | None, typer.Option("--department", metavar="部门", help="按该部门自己的规则查看")
    ] = None,
    plan: Annotated[
        str, typer.Option("--plan", metavar="计划编号", help="按这份计划的通知所定的规则查看")
    ] = "",
    as_json: Json = False,
) -> None:
    """列出今日有效的全部规则、依据和出处。"""
    with Context().database.read() as session:
        body = department_named(session, department) if department else None
        code = (
            body.office
            if body
            else office or (known_plan(session, plan).office if plan else "") or _only_office(session)
        )
        policies = Policies(session, code, local_day(datetime.now(UTC)))
        data = [_view(policies, key, body, plan) for key in PolicyKey]

    def text() -> None:
        rows = [{**one, "value": _short(one["value"])} for one in data]
        columns = {
            "key": "规则",
            "label": "名称",
            "value": "值",
            "unit": "单位",
            "clause": "依据",
            "by": "设定",
        }
        print_table(columns, rows)

    show(data, as_json=as_json, text=text)


@app.command("set")
@acts
def set_policy(
    key: Annotated[str, typer.Argument(metavar="规则", help="如 claim_days、rising_table，见 policy show")],
    value: Annotated[
        str, typer.Argument(metavar="值", help="JSON；文字值可不加引号；期限可写单位，如 1个月、30日")
    ],
    clause: Annotated[str, typer.Option("--clause", help="依据的文件和条款")],
    who: Who,
    valid_from: Annotated[
        str | None, typer.Option("--from", metavar="日期", help="自何日生效（默认今日）")
    ] = None,
    plan: Annotated[
        str, typer.Option("--plan", metavar="计划编号", help="只用于这份计划的任务（通知另有规定时）")
    ] = "",
) -> None:
    """设定一项规则；原值保留为旧版本。由办公室设定，加 --department 只为该部门；本部门的递加比例表由其负责人设定。"""
    actor = _actor(who)
    own = actor.department if actor.role is Role.HEAD else ""
    paper = SetPolicy(
        key=key,
        value=_value(value),
        clause=clause,
        valid_from=day_of(valid_from) if valid_from else local_day(datetime.now(UTC)),
        department=who.department_id or own,
        plan=plan,
    )
    who.context.deliver(f"office/{who.office_of(actor.department)}", paper, actor, who.message_id)
    done(
        f"已设定 {key}，自 {paper.valid_from} 生效"
        + (f"（{paper.department or paper.plan}）" if paper.department or paper.plan else "")
    )


def _only_office(session: Session) -> str:
    codes = session.exec(select(Office.code)).all()
    if len(codes) > 1:
        raise Refusal("OfficeNeeded", f"请用 --office 写明办公室：{'、'.join(sorted(codes))}")
    return codes[0] if codes else ""


def _actor(who: Who) -> Actor:
    """The department says whom the value is for; the office's staff act from their office."""
    with who.database.read() as session:
        held = postings_of(session, who.person, local_day(datetime.now(UTC)))
    if any(one.role is Role.OFFICE for one in held):
        who = replace(who, department=None)
    return who.actor(SetPolicy)


def _view(policies: Policies, key: PolicyKey, body: Department | None, plan: str) -> dict[str, Any]:
    department = body.id if body else ""
    row = policies.row(key, department, plan)
    value = policies.value(key, department, plan)
    return {
        "key": key.value,
        "label": key.label,
        "value": value,
        # A period in words names its own.
        "unit": "" if key.unit is None or isinstance(value, str) else key.unit.label,
        "clause": policies.clause(key, department, plan),
        "by": f"第{row.version}版 自{row.valid_from}" if row else "默认",
    }


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        if text.lstrip()[:1] in ("{", "["):
            raise Refusal("ValueInvalid", f"值不是完好的 JSON：{text}") from None
        return text


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…（--json 查看全文）"
