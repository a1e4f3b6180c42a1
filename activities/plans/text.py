"""A version of a plan as it is published: its notice, its rows, and the hash of its text (采用文本)."""

from typing import Any

from sqlmodel import Session

from activities.plans.rows import notice_value, rows_in_force, values_of
from models.plan import PlanDocument, PlanVersion
from rules.plan.published import NOTICE_LABELS, PublishedRow, markdown
from rules.refusal import Refusal


def published(
    session: Session, plan: PlanDocument, version: int
) -> tuple[dict[str, Any], list[PublishedRow]]:
    """The notice's own fields, and the rows of a version in the order of the notice."""
    stored = session.get(PlanVersion, (plan.id, version))
    if stored is None:
        raise Refusal("VersionUnknown", f"计划 {plan.id} 没有第{version}版，现行为第{plan.version}版，请更正")
    notice = stored.notice or {name: notice_value(plan, name) for name in NOTICE_LABELS}
    rows = [
        PublishedRow(row.seq, row.region, values_of(row.fields))
        for row in rows_in_force(session, plan.id, version)
    ]
    return notice, rows


def published_text(session: Session, plan: PlanDocument, version: int) -> str:
    """The text as Markdown; the same rows give the same bytes."""
    notice, rows = published(session, plan, version)
    return markdown(notice, version, rows)
