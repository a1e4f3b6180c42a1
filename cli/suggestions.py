"""What a plan row's prose suggests for scope and items; a person proposes, a second one confirms."""

from sqlmodel import Session, col, select

from activities.acts.preparation import facts_of, subjects_in_scope
from cli.context import Context, out, show
from cli.given import department_names
from cli.tables import hint, print_table
from cli.task_show import known_task
from models.plan import PlanRow
from models.registers import CheckItem, Subject
from models.task import JointTask, TakingPart
from rules.scope import ScopeFilter, describe, missing, propose

_SAMPLE = 5


def read_scope(context: Context, task: str) -> tuple[ScopeFilter, str, tuple[str, ...]]:
    """The filter that the row's prose suggests, the prose, and the words that were not understood."""
    with context.database.read() as session:
        row = known_task(session, task)
        prose = session.get_one(PlanRow, row.row).fields["scope"]["value"] or ""
        lists = session.exec(select(Subject.tags).where(col(Subject.office) == row.office).distinct())
        proposal = propose(prose, {tag for tags in lists for tag in tags})
    return proposal.filter, prose, proposal.not_understood


def suggest_scope(context: Context, task: str, *, as_json: bool) -> None:
    """Print the filter that the row's prose suggests, with its live count and a sample."""
    suggested, prose, unread = read_scope(context, task)
    with context.database.read() as session:
        office = known_task(session, task).office
        accepted = subjects_in_scope(session, office, suggested)
        unknown = _lacking(session, office, suggested, {one.code for one in accepted})
    step = max(1, len(accepted) // _SAMPLE)
    sample = [{"code": one.code, "name": one.name, "kind": one.kind} for one in accepted[::step][:_SAMPLE]]

    def text() -> None:
        out.print(f"原文：{prose}", markup=False)
        out.print(f"建议：{describe(suggested)}，现有{len(accepted)}户", markup=False)
        if unread:
            out.print(f"未读懂，须由人写明：{'、'.join(unread)}", markup=False)
        if unknown:
            out.print(f"另有{unknown}户因名录缺少所需信息而不在其内", markup=False)
        print_table({"code": "代码", "name": "名称", "kind": "种类"}, sample, title="样例")
        hint(f"照此提出：starter.py task scope {task} --proposed；或自写条件：--kind 种类 --tag 标签 …")

    data = {
        "prose": prose,
        "filter": suggested.model_dump(mode="json"),
        "not_understood": list(unread),
        "count": len(accepted),
        "lacking_facts": unknown,
        "sample": sample,
    }
    show(data, as_json=as_json, text=text)


def _lacking(session: Session, office: str, wanted: ScopeFilter, accepted: set[str]) -> int:
    """How many subjects in force drop out only because the register does not say what is asked."""
    rows = session.exec(select(Subject).where(col(Subject.office) == office, col(Subject.status) == "存续"))
    return sum(1 for one in rows if one.code not in accepted and missing(wanted, facts_of(one)))


def suggest_items(context: Context, task: str, *, as_json: bool) -> None:
    """Print each department's list of items, those near to the row's words marked."""
    with context.database.read() as session:
        row = known_task(session, task)
        prose = session.get_one(PlanRow, row.row).fields["items"]["value"] or ""
        departments = _departments(session, row)
        names = department_names(session, departments)
        found = session.exec(
            select(CheckItem)
            .where(col(CheckItem.department).in_(departments))
            .order_by(col(CheckItem.department), col(CheckItem.code))
        ).all()
    data = [
        {
            "department": one.department,
            "department_name": names[one.department],
            "code": one.code,
            "name": one.name,
            "grade": one.grade,
            "near": _near(one, f"{row.name} {prose}"),
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
        hint(f"提出：starter.py task items {task} --item 部门=编号,编号（每个参与部门一项）")

    show(data, as_json=as_json, text=text)


def _near(item: CheckItem, prose: str) -> bool:
    """Whether the row speaks of the item's object or name: half of its pairs of characters occur."""
    pairs = {item.name[at : at + 2] for at in range(len(item.name) - 1)}
    return bool(pairs) and 2 * sum(pair in prose for pair in pairs) >= len(pairs)


def _departments(session: Session, task: JointTask) -> list[str]:
    return list(
        session.exec(
            select(TakingPart.department)
            .where(col(TakingPart.task) == task.id)
            .order_by(col(TakingPart.part), col(TakingPart.department))
        )
    )
