"""`plan names`: printed names that mean no department yet (部门名称归并)."""

from typing import Annotated, Any

import typer
from sqlmodel import Session

from activities.plans.rows import aliases_of, rows_of
from cli.acting import Who, acts
from cli.context import Json, show
from cli.given import department_named, department_names
from cli.plan.given import Document, known_plan
from cli.tables import done, hint, print_table
from models.papers import AddAlias, AddDepartment
from models.plan import PlanDocument
from rules.launchable import names_of, resolve
from rules.name_proposals import propose_name
from rules.refusal import Refusal

app = typer.Typer()


@app.command("names")
@acts
def names(
    document: Document,
    who: Who,
    alias: Annotated[
        list[str] | None, typer.Option("--alias", metavar="名称=部门", help="登记为已有部门的别名，可多次")
    ] = None,
    new: Annotated[
        list[str] | None, typer.Option("--new", metavar="编号=名称", help="登记为新部门，可多次")
    ] = None,
    as_json: Json = False,
) -> None:
    """列出对不上部门的名称，提出别名或新部门的建议；带选项即登记。"""
    for text in alias or []:
        name, body = _pair(text)
        with who.database.read() as session:
            department = department_named(session, body)
        who.to_office(AddAlias(alias=name, department=department.id))
        done(f"已登记别名：{name} 即 {department.name}（{department.id}）")
    for text in new or []:
        code, name = _pair(text)
        who.to_office(AddDepartment(code=code, name=name))
        done(f"已登记新部门：{name}（编号 {code}）")
    with who.database.read() as session:
        plan = known_plan(session, document)
        known = aliases_of(session, plan.office)
        unknown = _unresolved(session, plan, known)
        bodies = department_names(session, list(known.values()))
    data: list[dict[str, Any]] = [
        {"name": name, "rows": rows, **_proposal(name, known)} for name, rows in unknown.items()
    ]

    def tell() -> None:
        columns = {"name": "名称", "rows": "序号", "department": "建议部门", "why": "依据"}
        lines = [{**one, "department": _body(one["department"], bodies)} for one in data]
        print_table(columns, lines, title="未对应到部门的名称", empty="全部名称已有对应部门")
        likely = [one for one in data if one["department"]]
        for one in likely:
            hint(f"starter.py plan names {document} --alias '{one['name']}={one['department']}'")
        if len(likely) < len(data):
            first = next(one["name"] for one in data if not one["department"])
            hint(f"新部门（可一次登记多个）：starter.py plan names {document} --new '编号={first}' --new …")
            hint("同一部门的几种写法先登记一种，再列一次，其余会建议为别名")

    show(data, as_json=as_json, text=tell)


def _unresolved(session: Session, plan: PlanDocument, known: dict[str, str]) -> dict[str, list[str]]:
    """Each name that no alias knows, with the rows that print it."""
    found: dict[str, list[str]] = {}
    for row in rows_of(session, plan.id):
        for key in ("initiator", "partners"):
            _, unknown = resolve(names_of(row.fields[key]["value"]), known)
            for name in unknown:
                found.setdefault(name, []).append(row.seq)
    return found


def _proposal(name: str, known: dict[str, str]) -> dict[str, Any]:
    found = propose_name(name, known)
    return {"department": found.department, "why": found.why}


def _body(department: str | None, names: dict[str, str]) -> str:
    return f"{names.get(department, '')}（{department}）" if department else "新部门"


def _pair(text: str) -> tuple[str, str]:
    first, mark, second = text.partition("=")
    if not mark or not first.strip() or not second.strip():
        raise Refusal("PairInvalid", f"“{text}”须写成 甲=乙")
    return first.strip(), second.strip()
