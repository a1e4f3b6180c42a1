"""Rising ratios (递加): a printed ratio times each class's factor."""

from collections.abc import Mapping
from decimal import Decimal

from rules.quota import canonical_percent


def raised(percent: str, factors: Mapping[str, str | int]) -> dict[str, str]:
    """The ratio of each class in per cent, at most 100; `factors` is the confirmed table of the policy."""
    return {
        name: canonical_percent(format(min(Decimal(percent) * Decimal(factor), Decimal(100)), "f"))
        for name, factor in sorted(factors.items())
    }
