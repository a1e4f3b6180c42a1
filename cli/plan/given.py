"""What the plan's commands share: arguments, the rows of a paper, the plan that must exist."""

from typing import Annotated, Any

import typer
from sqlmodel import Session

from models.plan import PlanDocument, PlanStatus
from rules.plan.keys import row_keys
from rules.plan.reading import PlanReading
from rules.refusal import Refusal

Document = Annotated[str, typer.Argument(metavar="计划编号", help="形如 yc-2024，以领导小组办公室代号开头")]
Seq = Annotated[str, typer.Argument(metavar="序号")]


def paper_rows(reading: PlanReading) -> list[dict[str, Any]]:
    """The rows of a reading as a paper carries them, each under a key of its own."""
    rows = [row.to_json(reading.document) for row in reading.rows]
    for row, key in zip(rows, row_keys(reading.rows), strict=True):
        del row["document"]
        row["seq"] = key
    return rows


def known_plan(session: Session, document: str) -> PlanDocument:
    """A plan by its id; refuses `PlanUnknown`."""
    plan = session.get(PlanDocument, document)
    if plan is None:
        raise Refusal("PlanUnknown", f"没有计划 {document}；可用 plan list 查看，或先 plan import")
    return plan


def adopted_plan(session: Session, document: str) -> PlanDocument:
    """The plan, once it is adopted; else refuses `PlanNotAdopted`."""
    plan = known_plan(session, document)
    if plan.status is not PlanStatus.ADOPTED:
        raise Refusal("PlanNotAdopted", f"计划 {document} 尚未采用；请先 plan adopt {document}")
    return plan
