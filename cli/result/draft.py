"""`result draft`: results written bit by bit, kept, resumed, submitted (草稿); and `result rates`."""

import json
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Any

import typer
from pydantic import ValidationError
from sqlmodel import Session, col, select

from activities.results.drafts import discard, drafts_of, keep, line_of
from activities.results.rates import rates
from adapters.settings import Profile
from cli import proposing
from cli.acting import TaskId, Who, acts, asks, task_id
from cli.context import Context, Json, err, out, show
from cli.given import chosen
from cli.result.upload import HOPELESS, message_of
from cli.tables import done, hint, print_table
from cli.task.given import known_task
from models.evidence import ResultDraft
from models.papers import ResultLine, SubmitResults
from models.registers import Subject
from models.task import Visit
from rules.refusal import Refusal
from rules.results import Category, Method
from rules.stages import VisitStage

app = typer.Typer(help="草稿：边写边存，写完再提交", no_args_is_help=True)
rates_app = typer.Typer()


@app.command("save")
@asks
def save(
    task: TaskId,
    visit: Annotated[str, typer.Argument(metavar="检查编号")],
    item: Annotated[str, typer.Argument(metavar="事项编号")],
    who: Who,
    category: Annotated[
        list[str] | None, typer.Option("--category", metavar="类别", help="检查结果类别（可重复）")
    ] = None,
    finding: Annotated[str, typer.Option("--finding", metavar="文字", help="发现的问题")] = "",
    not_checked: Annotated[
        str, typer.Option("--not-checked", metavar="理由", help="该事项未检查的理由")
    ] = "",
    method: Annotated[str | None, typer.Option("--method", metavar="方式", help="检查方式")] = None,
    disposal: proposing.Kinds = None,
    days: proposing.Days = None,
    receiver: proposing.Receiver = None,
    outside: proposing.Outside = "",
    owner: proposing.Owner = None,
) -> None:
    """存一项草稿；只有本人看得见，不算录入，不停期限。"""
    own = who.own_department()
    content: dict[str, Any] = {
        "categories": [_category(one).value for one in category or []],
        "finding": finding,
        "not_checked": not_checked,
        "method": chosen(Method, method).value if method else None,
    }
    with who.database.write() as session:
        known_task(session, task_id(task))
        made = proposing.proposed(
            session, disposal or [], days=days, receiver=receiver, outside=outside, owner=owner
        )
        if made is not None:
            content["disposal"] = made.stored()
        keep(session, who.person, own, visit, item, content, datetime.now(UTC))
    done(f"已存草稿 {visit} {item}")
    hint(f"提交：starter.py result draft submit {task_id(task)}")


@app.command("list")
@asks
def list_(task: TaskId, who: Who, as_json: Json = False) -> None:
    """列出本人的草稿。"""
    with who.database.read() as session:
        rows = drafts_of(session, who.person, task_id(task))
        known = _subjects(session, [row.visit for row in rows])
    data = [
        {
            "visit": row.visit,
            "name": known[row.visit][0],
            "stage_name": known[row.visit][1],
            "item": row.item,
            "categories": [Category(one).label for one in row.content.get("categories", [])],
            "finding": row.content.get("finding", ""),
            "not_checked": row.content.get("not_checked", ""),
            "saved_at": row.saved_at,
        }
        for row in rows
    ]
    columns = {
        "visit": "检查编号",
        "name": "检查对象",
        "item": "事项",
        "categories": "结果",
        "finding": "发现的问题",
        "not_checked": "未检查理由",
        "stage_name": "该户现状",
        "saved_at": "保存于",
    }
    show(data, as_json=as_json, text=lambda: print_table(columns, data, empty="没有草稿"))


@app.command("submit")
@acts
def submit(task: TaskId, who: Who) -> None:
    """提交本人的全部草稿；一户的事项须齐全，受理后草稿即清除；一户有误不影响其他户。"""
    task = task_id(task)
    with who.database.read() as session:
        rows = drafts_of(session, who.person, task)
    if not rows:
        raise Refusal("NoDraft", "没有草稿可提交；请先 result draft save")
    by_visit: dict[str, list[ResultDraft]] = defaultdict(list)
    for row in rows:
        by_visit[row.visit].append(row)
    refused = {visit: why for visit, some in by_visit.items() if (why := _send(who, task, some))}
    if len(by_visit) == 1 and refused:
        raise next(iter(refused.values()))
    done(f"已提交{len(by_visit) - len(refused)}户的结果")
    if refused:
        with who.database.read() as session:
            known = _subjects(session, list(refused))
        for visit, why in refused.items():
            err.print(f"  ✗ {known[visit][0]} {visit}（{why.type}）：{why.words}", markup=False)
        raise Refusal("RowsRefused", f"{len(refused)}户未受理，草稿仍保留；更正后再提交")


def _send(who: Who, task: str, rows: Sequence[ResultDraft]) -> Refusal | None:
    """Submit one visit's drafts: what hinders one subject keeps no other one waiting."""
    saved = max(row.saved_at for row in rows).isoformat()
    try:
        lines = tuple(_line(row) for row in rows)
        text = json.dumps([line.model_dump(mode="json") for line in lines], sort_keys=True)
        # Sent again after a broken line it is the same message; after a refusal a new one.
        name = message_of(who, f"{who.message_id or ''}|{task}|{text}|{saved}")
        who.send(f"joint-task/{task}", SubmitResults(lines=lines), message_id=name)
    except Refusal as refusal:
        if refusal.type in HOPELESS:
            raise
        return refusal
    with who.database.write() as session:
        discard(session, who.person, [rows[0].visit])
    return None


@app.command("discard")
@asks
def discard_(
    task: TaskId, visits: Annotated[list[str], typer.Argument(metavar="检查编号...")], who: Who
) -> None:
    """丢弃本人对这些检查对象的草稿。"""
    with who.database.write() as session:
        known_task(session, task_id(task))
        discard(session, who.person, visits)
    done(f"已丢弃{len(visits)}户的草稿")


_UNCHECKED = frozenset({VisitStage.UNMATCHED.value, VisitStage.MATCHED.value})


@rates_app.command("rates")
@asks
def rates_(task: TaskId, who: Who, as_json: Json = False) -> None:
    """各部门的录入率、公示率，以及尚缺的每一户：在哪一步、何时到期；其他部门未检查的只计户数。"""
    with Context().database.read() as session:
        known_task(session, task_id(task))
        data = rates(session, task_id(task))
    asked = who.named or who.token or who.context.settings.profile is Profile.PRODUCTION
    own = who.own_department() if asked else None
    for one in data:
        if one["department"] != own:
            # The list stays private until each check: to others a subject is a number till then.
            one["unchecked"] = sum(each["stage"] in _UNCHECKED for each in one["missing"])
            one["missing"] = [each for each in one["missing"] if each["stage"] not in _UNCHECKED]

    def text() -> None:
        columns = {
            "department_name": "部门",
            "subjects": "应检",
            "exempt": "终止",
            "completed": "已检查",
            "entered": "已录入",
            "entry_rate": "录入率（%）",
            "published": "已公示",
            "publication_rate": "公示率（%）",
        }
        print_table(columns, data)
        missing = {
            "code": "代码",
            "name": "检查对象",
            "stage_name": "状态",
            "due": "期限",
            "rejected": "退回原因",
        }
        for one in data:
            if one["missing"] or one.get("unchecked"):
                _tell_missing(missing, one)

    show(data, as_json=as_json, text=text)


def _tell_missing(columns: dict[str, str], one: dict[str, Any]) -> None:
    unchecked = one.get("unchecked", 0)
    count = len(one["missing"]) + unchecked
    hidden = f"（其中{unchecked}户未检查，名单在检查前不公开）" if unchecked else ""
    title = f"{one['department_name']}尚缺{count}户{hidden}"
    if one["missing"]:
        print_table(columns, one["missing"], title=title)
    else:
        out.print(title, markup=False)


def _subjects(session: Session, visits: Sequence[str]) -> dict[str, tuple[str, str]]:
    """The subject's name and where its visit stands: somebody else may have entered it meanwhile."""
    rows = session.exec(
        select(Visit, Subject.name)
        .join(Subject, col(Subject.id) == col(Visit.subject))
        .where(col(Visit.id).in_(visits))
    )
    return {visit.id: (name, visit.stage.label) for visit, name in rows}


def _line(row: ResultDraft) -> ResultLine:
    try:
        return line_of(row)
    except ValidationError:
        raise Refusal(
            "DraftIncomplete", f"草稿 {row.visit} {row.item} 填写不完整，请用 result draft save 补全"
        ) from None


def _category(text: str) -> Category:
    return Category(text) if text in set(Category) else Category.from_label(text)
