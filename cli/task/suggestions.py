"""What a plan row's prose suggests for scope and items; a person proposes, a second one confirms."""

from datetime import UTC, date, datetime

from sqlmodel import Session, col, select

from activities.draw.scope_rows import lacking_facts, scope_count, scope_sample
from activities.plans.coverage import listed_items, vocabulary_of
from activities.plans.rows import version_of
from cli.context import Context, out, show
from cli.given import department_names
from cli.register.views import shown_name
from cli.tables import hint, print_table
from cli.task.given import known_task
from models.registers import CheckItem
from models.task import JointTask, TakingPart
from rules.calendar import local_day
from rules.item_matching import match_items
from rules.refusal import Refusal
from rules.scope import ScopeFilter, describe, propose

_SAMPLE = 5
_SAMPLE_COLUMNS = {"code": "代码", "name": "名称", "kind": "种类"}


def read_scope(context: Context, task: str) -> tuple[ScopeFilter, str, tuple[str, ...]]:
    """The filter that the row's prose suggests, the prose, and the words that were not understood."""
    with context.database.read() as session:
        row = known_task(session, task)
        prose = version_of(session, row.document, row.seq, row.row_version).fields["scope"]["value"] or ""
        proposal = propose(prose, vocabulary_of(session, row.office))
    return proposal.filter, prose, proposal.not_understood


def suggest_scope(context: Context, task: str, *, as_json: bool) -> None:
    """Print the filter that the row's prose suggests, with its live count and a sample."""
    suggested, prose, unread = read_scope(context, task)
    with context.database.read() as session:
        office = known_task(session, task).office
        today = local_day(datetime.now(UTC))
        count = scope_count(session, office, suggested, today)
        unknown = lacking_facts(session, office, suggested, today)
        sample = _sample(session, office, suggested, today)

    def text() -> None:
        out.print(f"原文：{prose}", markup=False)
        out.print(f"建议：{describe(suggested)}，现有{count}户", markup=False)
        if unread:
            out.print(f"未读懂，须由人写明：{'、'.join(unread)}", markup=False)
        if unknown:
            out.print(f"另有{unknown}户因名录缺少所需信息而不在其内", markup=False)
        print_table(_SAMPLE_COLUMNS, sample, title="样例")
        hint(f"照此提出：starter.py task scope {task} --proposed；或自写条件：--kind 种类 --tag 标签 …")

    data = {
        "prose": prose,
        "filter": suggested.model_dump(mode="json"),
        "not_understood": list(unread),
        "count": count,
        "lacking_facts": unknown,
        "sample": sample,
    }
    show(data, as_json=as_json, text=text)


def tell_scope(context: Context, task: str, wanted: ScopeFilter) -> None:
    """Print how many subjects a proposed scope takes in today, and a sample of them."""
    with context.database.read() as session:
        office = known_task(session, task).office
        today = local_day(datetime.now(UTC))
        count = scope_count(session, office, wanted, today)
        sample = _sample(session, office, wanted, today)
    out.print(f"  现有{count}户", markup=False)
    print_table(_SAMPLE_COLUMNS, sample, title="样例")


def _sample(session: Session, office: str, wanted: ScopeFilter, today: date) -> list[dict[str, str]]:
    found = scope_sample(session, office, wanted, today, _SAMPLE)
    return [{"code": one.code, "name": shown_name(one), "kind": one.kind} for one in found]


def read_items(context: Context, task: str) -> dict[str, tuple[str, ...]]:
    """The items of each taking-part department that the row's words match; refuses `ItemsNotMatched`."""
    with context.database.read() as session:
        row = known_task(session, task)
        prose = version_of(session, row.document, row.seq, row.row_version).fields["items"]["value"] or ""
        departments = _departments(session, row)
        match = match_items(row.name, prose, listed_items(session, row.office, departments))
        names = department_names(session, departments)
    lacking = [names[one] for one in departments if not match.of(one)]
    if lacking:
        raise Refusal(
            "ItemsNotMatched",
            f"{'、'.join(lacking)}的清单中没有与计划行相近的事项，请用 --item 部门=编号 写明；可用 --suggest 查看清单",
        )
    return {one: match.of(one) for one in departments}


def suggest_items(context: Context, task: str, *, as_json: bool) -> None:
    """Print each department's list of items, those near to the row's words marked."""
    with context.database.read() as session:
        row = known_task(session, task)
        prose = version_of(session, row.document, row.seq, row.row_version).fields["items"]["value"] or ""
        departments = _departments(session, row)
        names = department_names(session, departments)
        found = session.exec(
            select(CheckItem)
            .where(col(CheckItem.department).in_(departments))
            .order_by(col(CheckItem.department), col(CheckItem.code))
        ).all()
        match = match_items(row.name, prose, listed_items(session, row.office, departments))
        near = {(one.department, one.code) for one in match.items}
    data = [
        {
            "department": one.department,
            "department_name": names[one.department],
            "code": one.code,
            "name": one.name,
            "grade": one.grade,
            "near": (one.department, one.code) in near,
        }
        for one in found
    ]

    def text() -> None:
        out.print(f"计划行事项：{prose}", markup=False)
        rows = [{**one, "near": "★" if one["near"] else ""} for one in data]
        columns = {
            "department_name": "部门",
            "department": "部门编号",
            "code": "事项编号",
            "name": "抽查事项",
        }
        print_table({**columns, "near": "相近"}, rows)
        if match.unlisted:
            out.print(f"清单中没有相近事项，须由人核定：{'、'.join(match.unlisted)}", markup=False)
        lacking = [names[one] for one in departments if not match.of(one)]
        if lacking:
            out.print(f"没有匹配到事项的部门：{'、'.join(lacking)}", markup=False)
        if lacking:
            options = " ".join(f"--item {one}={','.join(match.of(one)) or '编号'}" for one in departments)
            hint(f"提出：starter.py task items {task} {options}")
        else:
            hint(f"照此提出：starter.py task items {task} --proposed；或自选：--item 部门=编号,编号")

    show(data, as_json=as_json, text=text)


def _departments(session: Session, task: JointTask) -> list[str]:
    return list(
        session.exec(
            select(TakingPart.department)
            .where(col(TakingPart.task) == task.id)
            .order_by(col(TakingPart.part), col(TakingPart.department))
        )
    )
