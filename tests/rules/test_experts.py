from collections import Counter
from datetime import date

import pytest

from rules.digests import sha256_hex
from rules.experts import Expert, fits, propose

SUBJECTS = ("S1", "S2", "S3")


def expert(code: str, *recusals: str, engaged_to: date | None = None) -> Expert:
    """An expert of boilers."""
    return Expert(code, frozenset(["锅炉"]), engaged_to, frozenset(recusals))


def test_one_expert_goes_to_all_and_is_chosen_uniformly() -> None:
    """Over 6,000 seeds each of three is chosen about equally often."""
    counts = Counter(
        propose(sha256_hex(b"%d" % number), "item", SUBJECTS, map(expert, "ABC"))[0][0]
        for number in range(6000)
    )
    assert all(abs(count - 2000) < 150 for count in counts.values())


def test_a_recusal_brings_in_the_next_of_the_lot() -> None:
    """Everybody is served by somebody who does not recuse themself, by as few as the lot's order allows."""
    seed = sha256_hex(b"seed")
    (first,), _ = propose(seed, "item", SUBJECTS, map(expert, "ABC"))
    barred = [expert(code, *(["S2"] if code == first else [])) for code in "ABC"]
    chosen, left = propose(seed, "item", SUBJECTS, barred)
    assert (first, 2, set()) == (chosen[0], len(chosen), left)


def test_for_whom_nobody_is_left_is_told() -> None:
    """All recuse themselves from one subject."""
    assert {"S3"} == propose(sha256_hex(b"seed"), "item", SUBJECTS, [expert("A", "S3")])[1]


@pytest.mark.parametrize(
    ("expected", "specialty", "to"),
    [
        (True, "锅炉", None),
        (True, "锅炉", date(2026, 3, 20)),
        (False, "锅炉", date(2026, 3, 19)),
        (False, "电梯", None),
    ],
)
def test_an_expert_knows_the_trade_and_is_engaged_to_the_last_day(
    expected: bool, specialty: str, to: date | None
) -> None:
    """The last day of the visits counts."""
    assert expected == fits(expert("A", engaged_to=to), specialty, date(2026, 3, 20))
