import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.digests import sha256_hex
from rules.draw import Drawn, draw, draw_frozen, first, order, public_token, seed, ticket
from rules.draw_commitments import link
from rules.quota import Quota, population
from rules.refusal import Refusal
from tests.rules.draws import entries

SECRET, OTHER = bytes(range(32)), bytes(range(32, 64))
CODES = ["91140000000000001A", "91140000000000002B", "91140000000000003C"]
DIRECTORY = b"91140000000000001A,B\n91140000000000002B,-\n91140000000000003C,A\n"
GOLDEN_SEED = "6c5c26190cdd4161f68447261d0992af213ec0562c7ca848fa345d0028275cc2"
SEED = sha256_hex(b"any")


def codes_of(drawn: list[Drawn]) -> list[str]:
    """The codes in their order."""
    return [each.code for each in drawn]


def golden_seed(act: int = 1, public_value: str = "双色球", task: str = "T-1") -> str:
    """The seed of GOLDEN_SEED, or one that differs in what is named."""
    links = [("SC", link(SECRET, act)), ("JJ", link(OTHER, act))]
    return seed(task, act, sha256_hex(b'{"n":1}'), sha256_hex(DIRECTORY), links, public_value)


def test_seed_golden_value() -> None:
    """The layout is fixed, and links are hashed in department order however they come."""
    assert GOLDEN_SEED == golden_seed()


def test_every_field_moves_the_seed() -> None:
    """Task, act, public value and the border between fields all count."""
    variants = [golden_seed(), golden_seed(act=2), golden_seed(public_value=""), golden_seed(task="T-11")]
    assert 4 == len(set(variants))


def test_seed_refuses_two_links_of_one_department_and_upper_case_hex() -> None:
    """A department contributes once, and hex has one spelling."""
    digest = sha256_hex(b"")
    with pytest.raises(Refusal) as refused:
        seed("T", 1, digest, digest, [("SC", digest), ("SC", digest)])
    assert "DuplicateLink" == refused.value.type
    with pytest.raises(Refusal) as refused:
        seed("T", 1, digest.upper(), digest, [])
    assert "BadHash" == refused.value.type


def test_ticket_golden_value_and_order() -> None:
    """`sha256sum` over the 55 bytes gives the ticket."""
    expected = "018f720075bb9be4df7b57d1fa7d45b7a754e5edab9e399f9b40fc8fb70a12e2"
    assert expected == ticket(GOLDEN_SEED, CODES[0]).hex()
    assert [CODES[0], CODES[2], CODES[1]] == order(GOLDEN_SEED, CODES)


@given(st.integers(0, 400), st.integers(0, 400), st.integers())
def test_first_is_the_head_of_the_order(n: int, k: int, number: int) -> None:
    """The fast path agrees with sorting whole tickets."""
    codes = [code for code, _ in entries(n)]
    chosen = sha256_hex(str(number).encode())
    expected = sorted(codes, key=lambda code: ticket(chosen, code))
    assert expected == order(chosen, codes)
    assert expected[:k] == first(chosen, codes, k)


def test_too_few_low_tickets_are_made_up_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the bound was too low, all tickets are looked at and the result is the same."""
    codes = [code for code, _ in entries(400)]
    for deviations in (-2, -100):
        monkeypatch.setattr("rules.draw._DEVIATIONS", deviations)
        assert sorted(codes, key=lambda code: ticket(SEED, code))[:100] == first(SEED, codes, 100)


def test_a_topped_up_draw_with_too_low_a_bound_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """Strata and top-up are cut from one pass over the tickets, or from all of them."""
    many = entries(400)
    quota = Quota.tiered(population(many), {"A": "1", "D": "5"}, "3", minimum=100)
    assert quota.top_up
    expected = draw(SEED, many, quota)
    monkeypatch.setattr("rules.draw._DEVIATIONS", -100)
    assert expected == draw(SEED, many, quota)


def test_codes_that_are_not_normal_have_no_ticket() -> None:
    """A small letter would be another ticket for the same subject."""
    for code in (CODES[0].lower(), CODES[0] + "0"):
        with pytest.raises(Refusal) as refused:
            first(SEED, [code], 1)
        assert "BadCode" == refused.value.type


def by_definition(seed_hex: str, pool: list[tuple[str, str]], quota: Quota) -> list[Drawn]:
    """The draw in the words of its rule: strata in ticket order, then topped up in ticket order."""
    ordered = sorted(pool, key=lambda entry: ticket(seed_hex, entry[0]))
    stratum_of: dict[str, str] = {}
    for stratum in quota.strata:
        among = [code for code, class_ in ordered if class_ in stratum.classes]
        stratum_of |= dict.fromkeys(among[: stratum.size], stratum.name)
    rest = [code for code, _ in ordered if code not in stratum_of]
    stratum_of |= dict.fromkeys(rest[: quota.top_up], "补足")
    chosen = [entry for entry in ordered if entry[0] in stratum_of]
    return [Drawn(code, class_, stratum_of[code], rank) for rank, (code, class_) in enumerate(chosen, 1)]


@given(
    st.lists(st.sampled_from("ABCD-"), max_size=60),
    st.dictionaries(st.sampled_from("ABCD"), st.sampled_from(["1", "7", "30", "100"])),
    st.integers(0, 20),
    st.integers(),
    st.randoms(use_true_random=False),
)
def test_draw_follows_its_definition(
    classes: list[str], tiers: dict[str, str], minimum: int, number: int, shuffler: random.Random
) -> None:
    """Strata, top-up and ranks are those of the rule, whatever the order of the entries."""
    pool = [(code, class_) for (code, _), class_ in zip(entries(len(classes)), classes, strict=True)]
    quota = Quota.tiered(population(pool), tiers, "5", minimum)
    chosen = sha256_hex(str(number).encode())
    expected = by_definition(chosen, pool, quota)
    shuffler.shuffle(pool)
    assert expected == draw(chosen, pool, quota)
    assert quota.total == len(expected)


@given(
    st.lists(st.sampled_from("ABCD-"), min_size=12, max_size=60),
    st.sets(st.integers(0, 11), max_size=4),
    st.sets(st.sampled_from("ABCD-"), max_size=3),
    st.integers(0, 4),
    st.integers(),
)
def test_ordered_draw_follows_its_definition(
    classes: list[str], gone: set[int], asked: set[str], top_up: int, number: int
) -> None:
    """A replacement of tiers and of topped-up subjects: strata of some classes, the rest from all, none drawn before."""
    whole = [(code, class_) for (code, _), class_ in zip(entries(len(classes)), classes, strict=True)]
    excluded = {whole[place][0] for place in gone}
    pool = [entry for entry in whole if entry[0] not in excluded]
    counts = population(pool)
    quota = Quota.ordered(counts, [(one, (one,), min(1, counts[one])) for one in sorted(asked)], top_up)
    chosen = sha256_hex(str(number).encode())
    assert by_definition(chosen, pool, quota) == draw(chosen, whole, quota, excluded)


@pytest.mark.parametrize(
    ("refusal", "directory"),
    [
        ("BadCode", b"91140000000000001a,A\n"),
        ("BadCode", b"9114000000000001,A\n"),
        ("BadCode", b"91140000000000001A,A"),
        ("BadCode", b"9114000000000001A,B\n911400000000000002B,A\n"),
        ("BadCode", "9114000000000000é,A\n".encode()),
        ("BadClass", b"91140000000000001A,E\n"),
    ],
)
def test_a_directory_that_is_not_canonical_is_not_drawn_from(refusal: str, directory: bytes) -> None:
    """Small letters, other lengths (also two that even out), other signs, other classes, a lost line end."""
    with pytest.raises(Refusal) as refused:
        draw_frozen(SEED, directory, Quota.plain({}, "5"))
    assert refusal == refused.value.type


def test_a_public_value_has_one_spelling() -> None:
    """Whatever stands between the numbers, and however wide they are."""
    spellings = ["01 02 03+04", "01,02,03|04", "０１-０２-０３-０４", "01020304"]
    assert {"01020304"} == set(map(public_token, spellings))
    assert "7f0a" == public_token("0x7F 0A".removeprefix("0x"))


def test_draw_refuses_sizes_of_another_pool() -> None:
    """Sizes that were computed before a subject left must be computed anew."""
    pool = entries(20)
    quota = Quota.plain(population(pool), "10")
    with pytest.raises(Refusal) as refused:
        draw(SEED, pool, quota, {pool[0][0]})
    assert "PopulationChanged" == refused.value.type


@given(st.integers(0, 39), st.integers())
def test_leaving_out_a_subject_moves_nothing_else(place: int, number: int) -> None:
    """The order without it is the former order without it: a replacement shifts nobody."""
    codes = [code for code, _ in entries(40)]
    chosen = sha256_hex(str(number).encode())
    gone = codes[place]
    assert [code for code in order(chosen, codes) if code != gone] == order(
        chosen, [code for code in codes if code != gone]
    )


@given(st.sets(st.integers(0, 59), min_size=1, max_size=20), st.integers(1, 5))
def test_replacement_draws_the_next_of_the_stratum(gone: set[int], size: int) -> None:
    """With earlier subjects left out, a stratum goes on in its own ticket order."""
    pool = entries(100, "AB")
    excluded = {pool[place][0] for place in gone}
    quota = Quota.ordered(population(pool, excluded), [("B", ("B",), size)])
    expected = [c for c in order(SEED, [c for c, k in pool if k == "B"]) if c not in excluded][:size]
    assert expected == codes_of(draw(SEED, pool, quota, excluded))


@given(st.integers(0, 59), st.sampled_from("ABCD-"), st.integers())
def test_class_change_moves_only_that_subject(place: int, class_: str, number: int) -> None:
    """Every stratum's order is the former one, but for the subject that changed."""
    before = entries(60)
    after = [(code, class_ if i == place else former) for i, (code, former) in enumerate(before)]
    chosen, moved = sha256_hex(str(number).encode()), before[place][0]

    def strata(pool: list[tuple[str, str]]) -> list[list[str]]:
        whole = Quota.tiered(population(pool), dict.fromkeys("ABCD-", "100"), None)
        drawn = draw(chosen, pool, whole)
        return [[d.code for d in drawn if d.stratum == name and d.code != moved] for name in "ABCD-"]

    assert strata(before) == strata(after)


@given(st.integers(), st.integers(100, 999))
def test_added_undrawn_subject_leaves_the_drawn(number: int, newcomer: int) -> None:
    """A subject behind the last drawn changes nothing; one before it takes exactly the last place."""
    pool, chosen = entries(100), sha256_hex(str(number).encode())
    codes = [code for code, _ in pool]
    added = f"9114{newcomer:014d}"
    former, later = first(chosen, codes, 10), first(chosen, [*codes, added], 10)
    if ticket(chosen, added) > ticket(chosen, former[-1]):
        assert former == later
    else:
        assert former[:-1] == [code for code in later if code != added]
