"""Every kind of paper, with what it is answered in and out of its place; a module for each of `models.papers`."""

from tests.activities.cases import (
    disposals,
    drawing,
    launch,
    levers,
    matching,
    moving_in,
    office,
    plans,
    results,
    visits,
)
from tests.activities.cases.base import AS_BEFORE, Case

__all__ = ["AS_BEFORE", "CASES", "Case"]

CASES: dict[str, Case] = {
    **launch.CASES,
    **moving_in.CASES,
    **drawing.CASES,
    **matching.CASES,
    **visits.CASES,
    **results.CASES,
    **disposals.CASES,
    **office.CASES,
    **plans.CASES,
    **levers.CASES,
}
