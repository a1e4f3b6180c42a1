"""Builders of officers and needs, and the match by full enumeration for tiny cases."""

import hashlib
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import combinations, product

from rules.digests import sha256_hex
from rules.match import Need, Officer, eligible, match_seed

DEPARTMENT = "市场监管局"
FILE_HASH = sha256_hex(b"officers")
FIRST_DAY, LAST_DAY = date(2026, 3, 2), date(2026, 3, 20)
Assignment = dict[str, tuple[str, ...]]


def officer(number: int, **changes: object) -> Officer:
    """An officer who passes every filter, but for the changes."""
    anyone = Officer(
        f"O{number}", DEPARTMENT, date(2027, 1, 1), frozenset(), frozenset(), (), frozenset(), 9, 0
    )
    return replace(anyone, **changes)  # type: ignore[arg-type]  # fields by name, for tests alone


def need(number: int, **changes: object) -> Need:
    """A subject that any two officers may check, but for the changes."""
    return replace(Need(f"S{number}", "城区", frozenset(), FIRST_DAY, LAST_DAY), **changes)  # type: ignore[arg-type]  # as above


def tiny_case(rng: random.Random, scarcity: float = 1.0) -> tuple[list[Need], list[Officer]]:
    """Up to four subjects and four officers with random filters, loads and capacities.

    Below a scarcity of 1, officers fail their filters that much less often.
    """

    def fails(likely: float) -> bool:
        return rng.random() < likely * scarcity

    needs = [
        need(
            i,
            officers=rng.choice([1, 2, 2, 2, 3 if scarcity == 1 else 2]),
            area=rng.choice(["城区", "乡镇"]),
            specialties=frozenset(["食品"] if rng.random() < 0.2 else []),
        )
        for i in range(rng.randint(1, 4))
    ]
    officers = [
        officer(
            j,
            capacity=0 if fails(0.25) else rng.randint(1, 3),
            load=rng.randint(0, 2),
            areas=frozenset(["城区"] if fails(0.3) else []),
            specialties=frozenset(["食品"] if not fails(0.3) else []),
            certificate_to=date(2026, 3, 10) if fails(0.1) else date(2027, 1, 1),
            leave=((date(2026, 3, 20), date(2026, 3, 25)),) if fails(0.1) else (),
            recusals=frozenset(n.subject for n in needs if fails(0.15)),
        )
        for j in range(rng.randint(2, 4))
    ]
    return needs, officers


def pair_cost(seed_hex: str, subject: str, code: str, level: int = 0, bits: int = 28) -> int:
    """The first bits of a level's four bytes of SHA-256 over seed, department, subject and officer."""
    seed = bytes.fromhex(match_seed(seed_hex, DEPARTMENT, FILE_HASH))
    fields = [seed, DEPARTMENT.encode(), subject.encode(), code.encode()]
    data = b"".join(len(field).to_bytes(8, "big") + field for field in fields)
    return int.from_bytes(hashlib.sha256(data).digest()[4 * level : 4 * level + 4], "big") >> (32 - bits)


def enumerate_all(
    pools: dict[str, list[str]], sizes: Mapping[str, Sequence[int]], capacity: dict[str, int]
) -> Iterator[Assignment]:
    """Every assignment that gives each subject one of its allowed numbers of eligible officers."""
    choices = [
        [chosen for size in sizes[subject] for chosen in combinations(pool, size)]
        for subject, pool in pools.items()
    ]
    for chosen in product(*choices):
        codes = [code for codes in chosen for code in codes]
        if all(codes.count(code) <= capacity[code] for code in set(codes)):
            yield dict(zip(pools, chosen, strict=True))


def pools_of(needs: Sequence[Need], officers: Sequence[Officer]) -> dict[str, list[str]]:
    """The eligible officers of each subject."""
    return {n.subject: [o.code for o in officers if eligible(o, n) is None] for n in needs}
