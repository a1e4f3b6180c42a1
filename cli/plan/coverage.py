"""`plan coverage`: what no row of the plan in force covers (三个全覆盖)."""

from datetime import UTC, datetime
from typing import Any

import typer

from activities.plans.coverage import coverage_of
from adapters.database import Database
from cli.context import Context, Json, out, show
from cli.given import department_names
from cli.plan.given import Document, adopted_plan
from cli.tables import hint
from rules.calendar import local_day

app = typer.Typer()
_SHOWN = 10


@app.command("coverage")
def coverage(document: Document, as_json: Json = False) -> None:
    """核对三个全覆盖：没有任何一行覆盖的事项、部门和对象。"""
    print_coverage(Context().database, document, as_json=as_json)


def print_coverage(database: Database, document: str, *, as_json: bool = False) -> None:
    """Print what no row of the plan in force covers."""
    with database.read() as session:
        plan = adopted_plan(session, document)
        found = coverage_of(session, plan, local_day(datetime.now(UTC)))
        names = department_names(session, [*found.departments, *(item.department for item in found.items)])

    def text() -> None:
        missed = sum(found.subjects.values())
        out.print("三个全覆盖：")
        out.print(
            f"  事项：{len(found.items)}/{found.items_total}项没有任何一行覆盖"
            + _some([f"{names[item.department]} {item.code} {item.name}" for item in found.items]),
            markup=False,
        )
        out.print(
            f"  部门：{len(found.departments)}个没有参与任何一行"
            + _some([names[one] for one in found.departments]),
            markup=False,
        )
        kinds = "，".join(f"{kind}{count}户" for kind, count in found.subjects.items())
        out.print(
            f"  对象：{missed}/{found.subjects_total}户没有任何一行覆盖" + (f"（{kinds}）" if kinds else ""),
            markup=False,
        )
        if found.unread:
            hint(f"有{len(found.unread)}行的抽查对象范围未能全部读成条件，对象一项按读懂的部分核对")

    data: dict[str, Any] = {
        "items": [f"{item.department} {item.code} {item.name}" for item in found.items],
        "items_total": found.items_total,
        "departments": list(found.departments),
        "subjects": found.subjects,
        "subjects_total": found.subjects_total,
        "sample": list(found.sample),
        "scopes_not_understood": list(found.unread),
    }
    show(data, as_json=as_json, text=text)


def _some(words: list[str]) -> str:
    if not words:
        return ""
    more = f" 等{len(words)}个" if len(words) > _SHOWN else ""
    return f"：{'、'.join(words[:_SHOWN])}{more}"
