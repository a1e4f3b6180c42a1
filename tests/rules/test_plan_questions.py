"""The open questions of a plan: field by field, and in bulk where the proposal is one and the same."""

import pytest

from rules.launchable import obstacles
from rules.plan_questions import chosen_seqs, questions_of, same_proposals
from tests.builders import row_fields

NAMES = ("牵头局", "配合局", "协同局", "县教育局", "县住建局")
WINDOW = {"from_month": 3, "to_month": 10}


def doubtful(status: str, value: object) -> dict[str, dict[str, object]]:
    """A row whose window is not plainly read."""
    return {**row_fields(), "window": {"value": value, "status": status, "raw": "3月", "why": "合并单元格"}}


def test_only_what_is_not_plainly_read_is_asked() -> None:
    """With raw text, proposal and reason."""
    rows = [("1", "甲", row_fields()), ("2", "乙", doubtful("inferred", WINDOW))]
    (one,) = questions_of(rows)
    assert ("2", "window", "3月", "3月-10月", "合并单元格") == (
        one.seq,
        one.field,
        one.raw,
        one.proposal,
        one.why,
    )


def test_equal_proposals_stand_together_and_unknown_ones_have_none() -> None:
    """The largest group first."""
    other = {"from_month": 4, "to_month": 5}
    rows = [
        ("1", "甲", doubtful("inferred", other)),
        ("2", "乙", doubtful("inferred", WINDOW)),
        ("3", "丙", doubtful("inferred", WINDOW)),
        ("4", "丁", doubtful("unknown", None)),
    ]
    groups = same_proposals(questions_of(rows))
    assert [["2", "3"], ["1"]] == [[one.seq for one in group] for group in groups]


def test_rows_are_chosen_as_people_write_them() -> None:
    """Single numbers, lists and spans, in the plan's own order."""
    known = ["1", "2", "3", "5", "8"]
    assert ["1", "3", "5", "8"] == chosen_seqs("8，1、3-5", known)
    with pytest.raises(ValueError, match="4"):
        chosen_seqs("4", known)


@pytest.mark.parametrize(
    ("field", "value", "why"),
    [
        ("mode", {"draw": "city", "check": None}, "由谁检查"),
        ("initiator", ["县教育局", "县住建局"], "牵头部门"),
        ("ratio", {"percent": None, "at_least": False, "min_count": None, "tiers": None}, "抽查比例"),
    ],
)
def test_what_is_plainly_printed_and_yet_leaves_the_launch_open_is_asked(
    field: str, value: object, why: str
) -> None:
    """市抽查 waits for a person to say who checks, as do two initiators and no ratio; none proposes itself."""
    printed = {"value": value, "status": "read", "raw": "原文", "why": ""}
    fields = {**row_fields(), field: printed}
    (one,) = questions_of([("1", "甲", fields)])
    assert (field, "", None) == (one.field, one.proposal, one.value)
    assert why in one.why
    assert [one.why] == obstacles(fields, dict.fromkeys(NAMES, "x"))
