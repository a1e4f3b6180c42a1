"""The rows of a workbook that moves tasks in, as the fields of their lines; a cell that is wrong raises `WrongCell`."""

from collections.abc import Mapping
from typing import Any

from sqlmodel import Session

from cli.given import chosen, department_named
from cli.task.moving_cells import WrongCell, cell, day, several
from rules.disposal import DisposalKind, DisposalState
from rules.results import Category, Method
from rules.stages import Claim

_ANSWERS = {"已领取": Claim.CLAIMED, "已免除": Claim.RELEASED, "待领取": Claim.NONE}


class LineReader:
    """Reads rows by sheet; departments are known by any of their names."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def part(self, cells: Mapping[str, str]) -> dict[str, Any]:
        """A department's part, and what it answered (领取情况)."""
        if cells["claim"] not in _ANSWERS:
            raise WrongCell("claim", f"请填{'、'.join(_ANSWERS)}")
        return {
            "department": self._department(cells, "department"),
            "claim": _ANSWERS[cells["claim"]],
            "claimed_on": day(cells, "claimed_on") if cells.get("claimed_on") else None,
            "items": several(cells.get("items", "")),
        }

    def subject(self, cells: Mapping[str, str]) -> dict[str, Any]:
        """A subject that was drawn (检查对象)."""
        return {"code": cells["code"]}

    def visit(self, cells: Mapping[str, str]) -> dict[str, Any]:
        """A department's visit to a subject (检查)."""
        method = cells.get("method", "")
        return {
            "code": cells["code"],
            "department": self._department(cells, "department"),
            "officers": several(cells["officers"]),
            "completed_on": day(cells, "completed_on") if cells.get("completed_on") else None,
            "method": cell("method", lambda: chosen(Method, method)) if method else Method.ON_SITE,
        }

    def result(self, cells: Mapping[str, str]) -> dict[str, Any]:
        """A result that the platform has a receipt for (检查结果)."""
        labels = [one for one in cells["categories"].replace(";", "；").split("；") if one.strip()]
        return {
            "code": cells["code"],
            "department": self._department(cells, "department"),
            "item": cells["item"],
            "categories": cell("categories", lambda: tuple(Category.from_label(one) for one in labels)),
            "finding": cells.get("finding", ""),
            "entered_on": day(cells, "entered_on"),
            "receipt": cells["receipt"],
            "published_on": day(cells, "published_on") if cells.get("published_on") else None,
            "address": cells.get("address", ""),
        }

    def disposal(self, cells: Mapping[str, str]) -> dict[str, Any]:
        """A disposal that is still open (后续处置)."""
        state = cells.get("state", "")
        return {
            "code": cells["code"],
            "department": self._department(cells, "department"),
            "item": cells["item"],
            "kind": cell("kind", lambda: chosen(DisposalKind, cells["kind"])),
            "state": cell("state", lambda: chosen(DisposalState, state)) if state else DisposalState.OPEN,
            "owner": self._department(cells, "owner"),
            "opened_on": day(cells, "opened_on"),
            "due": day(cells, "due"),
        }

    def _department(self, cells: Mapping[str, str], name: str) -> str:
        return cell(name, lambda: department_named(self._session, cells[name]).id)
