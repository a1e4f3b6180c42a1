import pytest

from rules.digests import sha256_hex
from rules.draw import draw
from rules.quota import Quota, population
from tests.rules.draws import entries

SEEDS = 20_000
# Upper 99.99 % points of chi-square with 29 degrees of freedom; the seeds are fixed, so no run is unlucky.
CHI_SQUARE_29 = 66.2


@pytest.mark.parametrize(
    ("tiers", "percent", "minimum"),
    [({}, "4", 5), ({"A": "10", "B": "40"}, None, 0), ({"A": "10", "B": "20"}, "30", 0)],
    ids=["plain, topped up", "stratified", "stratified, topped up"],
)
def test_inclusion_is_uniform(tiers: dict[str, str], percent: str | None, minimum: int) -> None:
    """Over 20,000 seeds every subject of a class is drawn equally often."""
    pool = entries(60, "AB")
    quota = Quota.tiered(population(pool), tiers, percent, minimum)
    counts = dict.fromkeys((code for code, _ in pool), 0)
    for number in range(SEEDS):
        for each in draw(sha256_hex(b"uniform %d" % number), pool, quota):
            counts[each.code] += 1
    assert SEEDS * quota.total == sum(counts.values())
    for class_ in "AB":
        observed = [counts[code] for code, of in pool if of == class_]
        n, mean = len(observed), sum(observed) / len(observed)
        # Counts of a draw without replacement are correlated: n/(n - 1) makes the sum a chi-square. Where
        # top-up lets the number per class vary, it only makes the true variance, and the sum, smaller.
        variance = mean * (1 - mean / SEEDS) * n / (n - 1)
        assert sum((count - mean) ** 2 for count in observed) / variance < CHI_SQUARE_29
