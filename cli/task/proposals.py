"""The three proposals of stage 1 in words, and the items and scope that a row suggests."""

from collections.abc import Mapping
from typing import Any

from sqlmodel import Session, col, select

from cli.given import department_names
from models.papers import Period
from models.registers import CheckItem
from models.task import Aspect
from rules.scope import ScopeFilter, describe


def proposal_words(session: Session, aspect: Aspect, content: Mapping[str, Any]) -> str:
    """What a second person is asked to confirm."""
    if aspect is Aspect.SCOPE:
        return describe(ScopeFilter.model_validate(content["filter"]))
    if aspect is Aspect.PERIODS:
        return "；".join(period_words(Period.model_validate(one)) for one in content["periods"])
    return items_words(session, content["items"])


def period_words(period: Period) -> str:
    """One batch."""
    return f"{period.first_day}至{period.last_day}（{period.share}%）"


def items_words(session: Session, items: Mapping[str, list[str]]) -> str:
    """Each department's items by name."""
    names = department_names(session, list(items))
    found = session.exec(select(CheckItem).where(col(CheckItem.department).in_(items)))
    by_code = {(item.department, item.code): item.name for item in found}
    return "；".join(
        f"{names.get(department, department)}："
        + "、".join(f"{code} {by_code.get((department, code), '')}" for code in codes)
        for department, codes in items.items()
    )
