import random
from collections import Counter
from datetime import date

import numpy as np
import pytest

from rules.digests import sha256_hex
from rules.match import Match, Need, Officer, certify, eligible, match, match_seed
from rules.match_flow import Graph, solve
from rules.match_problem import Problem
from rules.refusal import Refusal
from tests.rules.matches import (
    DEPARTMENT,
    FILE_HASH,
    Assignment,
    enumerate_all,
    need,
    officer,
    pair_cost,
    pools_of,
    tiny_case,
)

SEED = sha256_hex(b"act")
CASES = 2000


def matched(needs: list[Need], officers: list[Officer], seed_hex: str = SEED) -> Match:
    """The match of the department of the builders."""
    return match(seed_hex, DEPARTMENT, FILE_HASH, needs, officers)


def certified(needs: list[Need], officers: list[Officer], assignments: Assignment) -> bool:
    """Whether the certificate accepts the assignments."""
    return certify(SEED, DEPARTMENT, FILE_HASH, needs, officers, assignments=assignments)


def cost(officers: list[Officer], assignments: Assignment, level: int = 0, bits: int = 28) -> tuple[int, int]:
    """Sum of squared loads, then of pair costs."""
    visits = Counter(code for codes in assignments.values() for code in codes)
    pairs = [
        pair_cost(SEED, subject, code, level, bits)
        for subject, codes in assignments.items()
        for code in codes
    ]
    return sum((each.load + visits[each.code]) ** 2 for each in officers), sum(pairs)


def unordered(assignments: Assignment) -> dict[str, frozenset[str]]:
    """The assignments without their leaders."""
    return {subject: frozenset(codes) for subject, codes in assignments.items()}


@pytest.mark.parametrize(
    ("expected", "changes"),
    [
        (None, {}),
        ("certificate", {"certificate_to": date(2026, 3, 19)}),
        (None, {"certificate_to": date(2026, 3, 20)}),
        ("specialty", {"specialties": frozenset()}),
        ("area", {"areas": frozenset(["乡镇"])}),
        (None, {"areas": frozenset(["乡镇", "城区"])}),
        ("recusal", {"recusals": frozenset(["S1"])}),
        ("leave", {"leave": ((date(2026, 2, 1), date(2026, 3, 2)),)}),
        (None, {"leave": ((date(2026, 2, 1), date(2026, 3, 1)), (date(2026, 3, 21), date(2026, 4, 1)))}),
        ("capacity", {"capacity": 0}),
        ("recusal", {"recusals": frozenset(["S1"]), "capacity": 0}),
    ],
)
def test_first_failing_filter_is_named(expected: str | None, changes: dict[str, object]) -> None:
    """Certificate and leave are looked at on every day of the visit period, both ends included."""
    checked = need(1, specialties=frozenset(["食品"]))
    assert expected == eligible(officer(1, **({"specialties": frozenset(["食品"])} | changes)), checked)


def test_match_seed_golden_value() -> None:
    """Act seed, department and file hash, each length-prefixed."""
    assert "f583a03ab6746fff1d9bae21f1e29f5790fac08c3952c607bbee7673059fced9" == match_seed(
        "ab" * 32, "SC", "cd" * 32
    )


def test_match_equals_full_enumeration() -> None:
    """Where all can be served, the result is the one assignment of least squared load, then cost."""
    rng, feasible = random.Random(1), 0
    for _ in range(CASES):
        needs, officers = tiny_case(rng, 0.3)
        sizes = {n.subject: [n.officers] for n in needs}
        capacity = {o.code: o.capacity for o in officers}
        every = sorted(
            enumerate_all(pools_of(needs, officers), sizes, capacity), key=lambda each: cost(officers, each)
        )
        result = matched(needs, officers)
        assert bool(every) == (not result.unmatched)
        if every:
            feasible += 1
            assert unordered(every[0]) == unordered(result.assignments)
            assert certified(needs, officers, result.assignments)
            problem = Problem(match_seed(SEED, DEPARTMENT, FILE_HASH), DEPARTMENT, needs, officers)
            led = [
                {subject: problem.led(subject, codes) for subject, codes in each.items()} for each in every
            ]
            assert [True] + [False] * (len(led) - 1) == [certified(needs, officers, each) for each in led]
    assert feasible > CASES / 5


def balanced_case(seed_number: int) -> tuple[list[Need], list[Officer]]:
    """Thirty subjects in three areas, and twelve officers of whom each knows two areas."""
    rng = random.Random(seed_number)
    needs = [need(i, area=f"{i % 3}") for i in range(30)]
    officers = [officer(j, capacity=30, load=3, areas=frozenset(rng.sample("012", 2))) for j in range(12)]
    return needs, officers


def test_result_does_not_depend_on_the_order_of_the_input() -> None:
    """Subjects and officers may come from any query."""
    needs, officers = balanced_case(0)
    assert matched(needs, officers) == matched(needs[::-1], officers[::-1])


def test_load_of_equally_eligible_officers_differs_by_one_at_most() -> None:
    """Officers who may do the same work end alike, whatever the seed."""
    for number in range(20):
        needs, officers = balanced_case(number)
        result = matched(needs, officers, sha256_hex(b"%d" % number))
        for areas in {each.areas for each in officers}:
            loads = [result.load_after[each.code] for each in officers if each.areas == areas]
            assert max(loads) - min(loads) <= 1


def test_earlier_load_is_levelled() -> None:
    """Who has more visits this year gets fewer new ones."""
    officers = [officer(1, load=6), officer(2, load=0), officer(3, load=0), officer(4, load=0)]
    result = matched([need(i) for i in range(3)], officers)
    assert {"O1": 6, "O2": 2, "O3": 2, "O4": 2} == result.load_after


@pytest.mark.parametrize("tamper", ["swap", "leader", "drop", "twice", "stranger", "empty"])
def test_certificate_rejects_tampering(tamper: str) -> None:
    """Another officer, leader or set of subjects is not certified."""
    needs, officers = balanced_case(1)
    assignments = matched(needs, officers).assignments
    assert certified(needs, officers, assignments)
    subject, (leader, other) = next(iter(assignments.items()))
    others = (each.code for each in officers if eligible(each, needs[0]) is None)
    friend = next(code for code in others if code not in {leader, other})
    altered = {
        "swap": assignments | {subject: (leader, friend)},
        "leader": assignments | {subject: (other, leader)},
        "drop": {key: codes for key, codes in assignments.items() if key != subject},
        "twice": assignments | {subject: (leader, leader)},
        "stranger": assignments | {"S99": (leader, other)},
        "empty": assignments | {subject: ()},
    }[tamper]
    assert not certified(needs, officers, altered)


def test_nobody_to_match_is_no_error() -> None:
    """Without subjects nothing is assigned; without officers everything is explained."""
    assert Match({}, {}, {"O1": 0}) == matched([], [officer(1)])
    shortage = matched([need(1)], [officer(1, department="住建局")]).unmatched["S1"]
    assert (2, 0, 2, 0) == (shortage.lacking, shortage.waterfall[0][1], shortage.demand, shortage.supply)


def test_duplicates_are_refused() -> None:
    """A subject or officer that stands twice would be counted twice."""
    with pytest.raises(Refusal) as refused:
        matched([need(1), need(1)], [])
    assert "DuplicateNeed" == refused.value.type
    with pytest.raises(Refusal) as refused:
        matched([need(1)], [officer(1), officer(1)])
    assert "DuplicateOfficer" == refused.value.type


# Upper 99.99 % points of chi-square with 5 degrees of freedom; the seeds are fixed.
CHI_SQUARE_5 = 25.7


def test_officers_are_chosen_uniformly() -> None:
    """Over 20,000 seeds each of six equal officers is chosen, and leads, equally often."""
    seeds, chosen, leading = 20_000, Counter[str](), Counter[str]()
    officers = [officer(j) for j in range(6)]
    for number in range(seeds):
        codes = matched([need(0), need(1)], officers, sha256_hex(b"uniform %d" % number)).assignments["S0"]
        chosen.update(codes)
        leading[codes[0]] += 1
    for counts, k in ((chosen, 2), (leading, 1)):
        mean = seeds * k / 6
        # Counts of k of 6 without replacement are correlated: 6/5 makes the sum a chi-square.
        variance = mean * (1 - k / 6) * 6 / 5
        assert sum((counts[each.code] - mean) ** 2 for each in officers) / variance < CHI_SQUARE_5


def test_tied_optimum_is_decided_by_the_next_bits(monkeypatch: pytest.MonkeyPatch) -> None:
    """With costs of 3 bits ties abound; the first level with one optimum alone decides."""
    monkeypatch.setattr("rules.match_problem.COST_BITS", 3)
    rng, tied = random.Random(3), 0
    for _ in range(200):
        needs, officers = tiny_case(rng, 0.2)
        sizes = {n.subject: [n.officers] for n in needs}
        capacity = {o.code: o.capacity for o in officers}
        every = list(enumerate_all(pools_of(needs, officers), sizes, capacity))
        for level in range(8 if every else 0):
            costs = [cost(officers, each, level, 3) for each in every]
            if costs.count(min(costs)) == 1:
                result = matched(needs, officers)
                assert unordered(every[costs.index(min(costs))]) == unordered(result.assignments)
                assert certified(needs, officers, result.assignments)
                tied += level > 0
                break
    assert tied > 10


def test_a_department_with_far_more_subjects_than_officers_is_matched_in_balance() -> None:
    """Each officer might take all 30,000: steps of load up to there would leave the range of the solver's costs."""
    needs, officers = 30_000, 60
    need_of, officer_of = np.repeat(np.arange(needs), officers), np.tile(np.arange(officers), needs)
    costs = (need_of * 7_919 + officer_of * 104_729) % (1 << 28)
    graph = Graph(
        np.full(needs, 2), np.full(officers, needs), np.zeros(officers, np.int64), need_of, officer_of, costs
    )
    taken = np.bincount(officer_of[solve(graph)], minlength=officers)
    assert [1_000] * officers == taken.tolist()
