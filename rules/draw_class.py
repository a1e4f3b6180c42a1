"""The class that a draw uses (抽取类别): the credit class of market entities, combined with the trade's own."""

from collections.abc import Mapping

from rules.channel import LegalForm, uses_credit_class
from rules.quota import UNCLASSIFIED


def draw_class(
    legal_form: LegalForm,
    credit_class: str | None,
    trade_class: str | None,
    tiers: Mapping[str, str] | None,
) -> str:
    """A to D, or "-" (不适用). Only market entities have a credit class; where the policy table `tiers`
    gives the trade's class a tier as well, the riskier of the two counts.
    """
    own = credit_class if credit_class and uses_credit_class(legal_form) else None
    trade = (tiers or {}).get(trade_class or "")
    return max((one for one in (own, trade) if one), default=UNCLASSIFIED)
