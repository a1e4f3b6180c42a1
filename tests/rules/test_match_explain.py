import random
from dataclasses import replace
from datetime import date
from itertools import combinations

from rules.digests import sha256_hex
from rules.match import Match, Need, Officer, certify, eligible, match, match_seed
from rules.match_problem import Problem
from tests.rules.matches import DEPARTMENT, FILE_HASH, enumerate_all, need, officer, pools_of, tiny_case

SEED = sha256_hex(b"act")
CASES = 2000


def matched(needs: list[Need], officers: list[Officer]) -> Match:
    """The match of the department of the builders."""
    return match(SEED, DEPARTMENT, FILE_HASH, needs, officers)


def test_shortage_equals_full_enumeration() -> None:
    """Deficit, who can still be added, and every relaxation agree with enumeration."""
    rng, infeasible = random.Random(2), 0
    for _ in range(CASES):
        needs, officers = tiny_case(rng)
        result = matched(needs, officers)
        if result.unmatched:
            infeasible += 1
            check_shortage(needs, officers, result)
    assert infeasible > CASES / 5


def served_sets(
    needs: list[Need], officers: list[Officer], pools: dict[str, list[str]], more: int = 0
) -> set[frozenset[str]]:
    """Every set of subjects that can be fully served together; `more` is added to each capacity."""
    sizes = {n.subject: [0, n.officers] for n in needs}
    capacity = {o.code: max(0, o.capacity) + more for o in officers}
    return {
        frozenset(subject for subject, codes in each.items() if codes)
        for each in enumerate_all(pools, sizes, capacity)
    }


def test_as_many_subjects_as_can_be_are_served_and_who_waits_is_decided_by_lot() -> None:
    """Of the largest sets that enumeration finds, the first by the lot; the lot alone would serve fewer."""
    rng, infeasible, fewer = random.Random(11), 0, 0
    for _ in range(4 * CASES):
        needs, officers = tiny_case(rng)
        needs = [replace(each, officers=min(each.officers, 2)) for each in needs]
        needs += [need(9)] if rng.random() < 0.5 else []
        result = matched(needs, officers)
        if result.unmatched:
            infeasible += 1
            possible = served_sets(needs, officers, pools_of(needs, officers))
            turns = in_turn(needs, officers, result)
            most = max(map(len, possible))
            largest = [each for each in possible if len(each) == most]
            by_lot = min(largest, key=lambda each: [subject not in each for subject in turns])
            assert by_lot == frozenset(result.assignments)
            fewer += most > len(one_after_the_other(turns, possible))
    assert infeasible > CASES
    assert fewer > 10


def in_turn(needs: list[Need], officers: list[Officer], result: Match) -> list[str]:
    """The subjects that no cut blocks, then the others in the order of the lot."""
    problem = Problem(match_seed(SEED, DEPARTMENT, FILE_HASH), DEPARTMENT, needs, officers)
    blocked = frozenset().union(*(each.blocked for each in result.unmatched.values()))
    return sorted((each.subject for each in needs), key=lambda one: (one in blocked, problem.turn(one)))


def one_after_the_other(turns: list[str], possible: set[frozenset[str]]) -> frozenset[str]:
    """Each in turn, if all before it can be served with it."""
    served: frozenset[str] = frozenset()
    for subject in turns:
        if any(served | {subject} <= each for each in possible):
            served |= {subject}
    return served


def test_the_largest_number_is_found_where_blossoms_are_nested() -> None:
    """Fourteen subjects with three of nine officers each, against every state of what is left of them."""
    rng = random.Random(7)
    for _ in range(40):
        pools = [rng.sample(range(9), 3) for _ in range(14)]
        capacity = tuple(rng.randint(1, 2) for _ in range(9))
        officers = [
            officer(j, capacity=room, recusals=frozenset(f"S{i}" for i in range(14) if j not in pools[i]))
            for j, room in enumerate(capacity)
        ]
        served = matched([need(i) for i in range(14)], officers).assignments
        assert most_of(pools, capacity) == len(served)


def most_of(pools: list[list[int]], capacity: tuple[int, ...]) -> int:
    """The largest number of subjects with two officers each, subject by subject over all states."""
    best = {capacity: 0}
    for pool in pools:
        for left, count in list(best.items()):
            for pair in combinations(pool, 2):
                if all(left[each] for each in pair):
                    after = tuple(room - (j in pair) for j, room in enumerate(left))
                    best[after] = max(best.get(after, 0), count + 1)
    return max(best.values())


def check_shortage(needs: list[Need], officers: list[Officer], result: Match) -> None:
    """Compare the explanation of an infeasible case with enumeration."""
    pools, served = pools_of(needs, officers), frozenset(result.assignments)
    possible = served_sets(needs, officers, pools)
    assert served in possible
    assert not any(served < other for other in possible)
    assert certify(SEED, DEPARTMENT, FILE_HASH, needs, officers, assignments=result.assignments)
    capacity = {o.code: o.capacity for o in officers}
    partial = enumerate_all(pools, {n.subject: range(n.officers + 1) for n in needs}, capacity)
    most = max(sum(map(len, each.values())) for each in partial)
    blocks = {(each.blocked, each.demand, each.supply) for each in result.unmatched.values()}
    for subject, shortage in result.unmatched.items():
        asked = next(n for n in needs if n.subject == subject)
        assert len(pools[subject]) == shortage.waterfall[-1][1]
        assert 1 <= shortage.lacking <= asked.officers
        assert subject in shortage.blocked
        for name in ("certificate", "specialty", "area", "leave", "capacity"):
            wider = pools | {
                subject: [o.code for o in officers if eligible(lifted(o, asked, name), asked) is None]
            }
            helps = served | {subject} in served_sets(needs, officers, wider, more=name == "capacity")
            assert helps == (name in shortage.relaxations), (name, shortage)
    everyone_blocked = frozenset().union(*(block for block, _, _ in blocks))
    assert frozenset(n.subject for n in needs) - served <= everyone_blocked
    assert sum(n.officers for n in needs) - most == sum(demand - supply for _, demand, supply in blocks)


def lifted(candidate: Officer, asked: Need, name: str) -> Officer:
    """The officer without the filter of that name."""
    changes: dict[str, dict[str, object]] = {
        "certificate": {"certificate_to": date.max},
        "specialty": {"specialties": asked.specialties},
        "area": {"areas": frozenset()},
        "leave": {"leave": ()},
        "capacity": {"capacity": candidate.capacity + 1},
    }
    return replace(candidate, **changes[name])  # type: ignore[arg-type]  # fields by name, for tests alone


def test_words_say_what_is_missing_and_what_helps() -> None:
    """The department reads counts per filter and the ways on."""
    needs = [need(1, specialties=frozenset(["特种设备"]))]
    officers = [officer(1, specialties=frozenset(["特种设备"])), officer(2)]
    words = matched(needs, officers).unmatched["S1"].words
    assert (
        "S1 还缺 1 名执法人员：本部门执法人员 2 人，证件在检查期内有效 2 人，"
        "具备事项所需专业 1 人，负责该区域 1 人，"
        "无需回避 1 人，检查期内不休假 1 人，尚有检查余量 1 人。同受影响的 1 户共需 2 人次，最多可派 1 人次。"
        "可以向上级部门借调具备专业的人员。"
    ) == words


def test_recusal_is_never_a_way_on() -> None:
    """Where only recusals stand in the way, borrowing or replacing is proposed."""
    recused = [officer(j, recusals=frozenset(["S1"])) for j in range(2)]
    shortage = matched([need(1)], recused).unmatched["S1"]
    assert () == shortage.relaxations
    assert "可以借调其他单位或上级部门的人员，或经批准补抽其他对象" in shortage.words


def test_ways_that_are_not_enough_even_together_are_not_offered() -> None:
    """A certificate to renew and an area to widen help nobody where those officers are recused as well."""
    late, far = {"certificate_to": date(2026, 1, 1)}, {"areas": frozenset(["山区"])}
    free = [officer(0, **late), officer(1, **far)]
    both = "可以同时采取以下办法（单独一项不够）：在检查前办理证件续期；扩大执法人员的负责区域；也可以借调"
    assert both in matched([need(1)], free).unmatched["S1"].words
    recused = [replace(one, recusals=frozenset(["S1"])) for one in free]
    shortage = matched([need(1)], recused).unmatched["S1"]
    assert ((), ()) == (shortage.relaxations, shortage.together)
    assert "可以借调其他单位或上级部门的人员" in shortage.words


def test_room_for_one_more_subject_is_a_way_on() -> None:
    """Where officers are there but full, their capacity is what lacks."""
    needs, officers = [need(i) for i in range(3)], [officer(j, capacity=2) for j in range(2)]
    (shortage,) = matched(needs, officers).unmatched.values()
    assert ("capacity",) == shortage.relaxations
    assert (frozenset({"S0", "S1", "S2"}), 6, 4) == (shortage.blocked, shortage.demand, shortage.supply)
