from decimal import ROUND_CEILING, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.quota import Quota, Stratum, canonical_percent, propose_rising, sample_size, share
from rules.refusal import Refusal

COUNTS = {"A": 100, "B": 50, "C": 10, "D": 3, "-": 40}
PERCENTS = st.decimals(0, 100, places=4).map(str)


def sizes(quota: Quota) -> dict[str, int]:
    """The size of each stratum by its name."""
    return {stratum.name: stratum.size for stratum in quota.strata}


def test_binary_fractions_do_not_add_a_subject() -> None:
    """7 % of 100 is 7, though math.ceil(100 * 0.07) is 8; 0.05 % exists."""
    assert 7 == share(100, "7")
    assert 1 == share(2000, "0.05")
    assert 2 == share(2001, "0.05")


@given(st.integers(0, 10**7), PERCENTS)
def test_share_is_the_exact_ceiling(n: int, percent: str) -> None:
    """It agrees with decimal arithmetic rounded upwards."""
    assert int((n * Decimal(percent) / 100).to_integral_value(ROUND_CEILING)) == share(n, percent)


@pytest.mark.parametrize(
    ("expected", "n", "percent"),
    [
        (0, 0, "5"),
        (1, 1, "5"),
        (2, 2, "5"),
        (3, 3, "5"),
        (3, 60, "5"),
        (4, 61, "5"),
        (7, 7, "100"),
        (3, 9, "0"),
    ],
)
def test_sample_size(expected: int, n: int, percent: str) -> None:
    """All when fewer than 3, at least 3, at most all (阳城 2024 三)."""
    assert expected == sample_size(n, percent)


@pytest.mark.parametrize("percent", ["", "5%", "101", "100.01", "-1", "1e1", "５", " 5", "5.", ".5"])
def test_ratio_that_is_no_plain_decimal_is_refused(percent: str) -> None:
    """Nothing is guessed from a spelling."""
    with pytest.raises(Refusal) as refused:
        share(10, percent)
    assert "BadPercent" == refused.value.type


def test_ratio_has_one_spelling() -> None:
    """Equal ratios are hashed alike."""
    assert ["5", "5", "0.05", "0", "100"] == [
        canonical_percent(percent) for percent in ("05", "5.00", "0.050", "0.0", "100.0")
    ]


def test_rising_proposal_is_capped() -> None:
    """×1, ×2, ×4, ×4 and never above 100 %."""
    assert {"A": "30", "B": "60", "C": "100", "D": "100"} == propose_rising("30")
    assert {"A": "0.05", "B": "0.1", "C": "0.2", "D": "0.2"} == propose_rising("0.05")


def test_plain_ratio_is_one_stratum_topped_up_to_three() -> None:
    """5 % of 20 is 1; two more make the 3 that the notice asks for."""
    quota = Quota.plain({"A": 12, "-": 8}, "5")
    assert ({"全部": 1}, 2, 3) == (sizes(quota), quota.top_up, quota.total)


def test_absolute_minimum_tops_up_and_stops_at_all() -> None:
    """不低于 N 户 beats a smaller ratio; there are no more than all."""
    assert 30 == Quota.plain(COUNTS, "5", minimum=30).total
    assert 203 == Quota.plain(COUNTS, "5", minimum=500).total


def test_tiers_draw_each_class_at_its_ratio_and_the_unclassified_at_the_plain_one() -> None:
    """Classes that the row does not name share one stratum."""
    quota = Quota.tiered(COUNTS, {"A": "1", "B": "10", "C": "100"}, "5")
    assert {"A": 1, "B": 5, "C": 10, "其余": 3} == sizes(quota)
    assert (0, 19) == (quota.top_up, quota.total)


def test_tiers_never_fall_below_the_printed_ratio_of_the_whole() -> None:
    """1 % of A and 2 % of B are topped up to 5 % of all."""
    quota = Quota.tiered({"A": 100, "B": 100}, {"A": "1", "B": "2"}, "5")
    assert ({"A": 1, "B": 2, "其余": 0}, 7, 10) == (sizes(quota), quota.top_up, quota.total)


def test_subjects_without_any_ratio_are_refused() -> None:
    """Tiers alone say nothing of the unclassified."""
    with pytest.raises(Refusal) as refused:
        Quota.tiered(COUNTS, propose_rising("5"), None)
    assert "PlainRatioMissing" == refused.value.type
    assert 5 + 5 + 2 + 1 == Quota.tiered(COUNTS | {"-": 0}, propose_rising("5"), None).total


def test_overlapping_or_incomplete_strata_are_refused() -> None:
    """Every class present belongs to exactly one stratum."""
    for classes in (("A",), ("A", "B", "C", "D", "-", "A")):
        with pytest.raises(Refusal) as refused:
            Quota.of([Stratum("x", classes, "5")], COUNTS, "5")
        assert "BadStrata" == refused.value.type


def test_ordered_size_is_neither_rounded_nor_topped_up() -> None:
    """One subject of class C is one subject; more than are left are refused."""
    quota = Quota.ordered(COUNTS, [("C", ("C",), 1)])
    assert ({"C": 1}, 0, 1) == (sizes(quota), quota.top_up, quota.total)
    with pytest.raises(Refusal) as refused:
        Quota.ordered(COUNTS, [("C", ("C",), 11)])
    assert "StratumExhausted" == refused.value.type


def test_ordered_top_up_comes_from_what_the_strata_leave() -> None:
    """Who was topped up is replaced from all classes; more than are left are refused."""
    quota = Quota.ordered({"A": 2, "C": 1}, [("C", ("C",), 1)], 2)
    assert ({"C": 1}, 2, 3) == (sizes(quota), quota.top_up, quota.total)
    with pytest.raises(Refusal) as refused:
        Quota.ordered({"A": 2, "C": 1}, [("C", ("C",), 1)], 3)
    assert "StratumExhausted" == refused.value.type


@given(
    st.fixed_dictionaries({class_: st.integers(0, 500) for class_ in "ABCD-"}),
    st.dictionaries(st.sampled_from("ABCD"), PERCENTS),
    PERCENTS,
    st.integers(0, 300),
)
def test_whole_is_never_too_small(
    counts: dict[str, int], tiers: dict[str, str], percent: str, least: int
) -> None:
    """At least the printed ratio, the minimum and 3, at most all; no stratum above its population."""
    quota = Quota.tiered(counts, tiers, percent, least)
    n = sum(counts.values())
    assert min(n, max(sample_size(n, percent), least)) <= quota.total <= n
    assert all(stratum.size <= stratum.population for stratum in quota.strata)
    assert quota.total == sum(sizes(quota).values()) + quota.top_up
