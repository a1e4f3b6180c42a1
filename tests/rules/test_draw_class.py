"""The class that a draw uses."""

import pytest

from rules.channel import LegalForm
from rules.draw_class import draw_class

TIERS = {"Ⅰ级": "A", "Ⅳ级": "D"}
FIRM, SCHOOL = LegalForm.ENTERPRISE, LegalForm.PUBLIC_INSTITUTION


@pytest.mark.parametrize(
    ("expected", "form", "credit", "trade", "tiers"),
    [
        ("B", FIRM, "B", None, None),
        ("-", SCHOOL, "B", None, None),
        ("-", FIRM, None, "Ⅳ级", None),
        ("D", SCHOOL, None, "Ⅳ级", TIERS),
        ("D", FIRM, "B", "Ⅳ级", TIERS),
        ("B", FIRM, "B", "Ⅰ级", TIERS),
        ("B", FIRM, "B", "Ⅱ级", TIERS),
        ("-", SCHOOL, None, "Ⅱ级", TIERS),
    ],
)
def test_the_riskier_of_credit_class_and_tier_counts(
    expected: str, form: LegalForm, credit: str | None, trade: str | None, tiers: dict[str, str] | None
) -> None:
    """Credit classes are of market entities; the trade's own counts only by a policy table that names it."""
    assert expected == draw_class(form, credit, trade, tiers)
