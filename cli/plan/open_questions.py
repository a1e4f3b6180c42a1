"""What of a plan is still open: its notice's fields, and those of the rows not adopted as they stand (待核定)."""

from typing import Annotated

import typer
from sqlmodel import Session

from activities.plans.rows import may_change, rows_of
from cli.plan.notice import FIELDS, notice_questions
from models.plan import PlanDocument
from rules.launchable import LABELS
from rules.plan_questions import Question, questions_of
from rules.refusal import Refusal

FieldOption = Annotated[
    str | None, typer.Option("--field", metavar="字段", help="只看这一字段，如 window、initiator、mode")
]


def open_questions(session: Session, plan: PlanDocument, field: str | None = None) -> list[Question]:
    """The open questions of the notice, and of the rows that are not adopted as they stand."""
    if field is not None and field not in (*LABELS, *FIELDS):
        raise Refusal("FieldUnknown", f"没有字段“{field}”，可选：{'、'.join((*LABELS, *FIELDS))}")
    notice = [one for one in notice_questions(session, plan) if field in (None, one.field)]
    rows = [(row.seq, row.name, row.fields) for row in rows_of(session, plan.id) if may_change(row)]
    return [*notice, *questions_of(rows, field=field)]
