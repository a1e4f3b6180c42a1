"""The draw of subjects (抽取检查对象) that anybody can recompute and nobody can steer: SJC1."""

import hashlib
import math
import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from itertools import count
from operator import itemgetter
from typing import NamedTuple

from rules.digests import length_prefixed, raw, sha256_hex
from rules.draw_directory import CODE_LENGTH, LINE, check_codes, check_lines
from rules.quota import ALL_CLASSES, Quota
from rules.refusal import Refusal

ALGORITHM = "SJC1"
TOP_UP = "补足"

_TOKEN = re.compile(r"[0-9a-z]")
_ABOVE_ALL = b"\xff" * 33  # above any ticket, for it is longer
_DEVIATIONS = 6  # standard deviations of how many tickets lie below a bound


def seed(
    task: str,
    act: int,
    plan_hash: str,
    snapshot_hash: str,
    links: Sequence[tuple[str, str]],
    public_value: str = "",
) -> str:
    """The seed of a draw act, from all that was fixed and all that was opened.

    SHA-256 over these fields, each after its length as 8 bytes big endian: the task (UTF-8), the act
    number (ASCII decimal), the plan hash and the snapshot hash (32 raw bytes each), then for every
    (department code, link) in bytewise order of the codes the code (UTF-8) and the link (32 raw bytes),
    last the public value (UTF-8, empty where there is none).
    """
    in_order = sorted((department.encode(), raw(opened)) for department, opened in links)
    if len({department for department, _ in in_order}) != len(in_order):
        raise Refusal("DuplicateLink", "同一部门只能公开一个链节，请删除重复的公开后再计算种子。")
    fields = [task.encode(), str(act).encode(), raw(plan_hash), raw(snapshot_hash)]
    for department, opened in in_order:
        fields += [department, opened]
    return sha256_hex(length_prefixed([*fields, public_value.encode()]))


def public_token(value: str) -> str:
    """A public value in its one spelling, its digits and small letters alone: "01 02+03" is "010203".

    With all links open whoever may choose a spelling may choose the seed.
    """
    return "".join(_TOKEN.findall(unicodedata.normalize("NFKC", value).lower()))


def _prefix(seed_hex: str) -> bytes:
    return ALGORITHM.encode() + b"|" + raw(seed_hex)


def ticket(seed_hex: str, code: str) -> bytes:
    """SHA-256 of `SJC1|`, the 32 raw bytes of the seed and the 18 ASCII characters of the code."""
    check_codes([code])
    return hashlib.sha256(_prefix(seed_hex) + code.encode()).digest()


def _hashed_prefix(seed_hex: str) -> Callable[[], "hashlib._Hash"]:
    """Copies of a hash that has read the prefix: a third faster than joining prefix and code."""
    return hashlib.sha256(_prefix(seed_hex)).copy


def _bound(k: int, n: int) -> bytes:
    """A bound that at least k of n tickets lie below, but for one draw in 10⁹; above all where k is near n.

    Tickets are uniform, so about k/n of their range is enough.
    """
    if not k:
        return b""
    cut = ((k + _DEVIATIONS * math.isqrt(k) + 10) << 64) // n
    return cut.to_bytes(8, "big") if 0 < cut < 1 << 64 else _ABOVE_ALL


def _below(limit: bytes, seed_hex: str, codes: Iterable[str]) -> list[tuple[bytes, bytes]]:
    """The tickets below the limit with their codes, ascending."""
    copy, found = _hashed_prefix(seed_hex), []
    for code in map(str.encode, codes):
        hashed = copy()
        hashed.update(code)
        digest = hashed.digest()
        if digest < limit:
            found.append((digest, code))
    found.sort(key=itemgetter(0))
    return found


def order(seed_hex: str, codes: Sequence[str]) -> list[str]:
    """The codes by ascending ticket."""
    return first(seed_hex, codes, len(codes))


def first(seed_hex: str, codes: Sequence[str], k: int) -> list[str]:
    """The first k codes of `order`, without sorting the others."""
    check_codes(codes)
    if not k or not codes:
        return []
    found = _below(_bound(k, len(codes)), seed_hex, codes)
    if len(found) < min(k, len(codes)):
        found = _below(_ABOVE_ALL, seed_hex, codes)
    return [code.decode() for _, code in found[:k]]


class Drawn(NamedTuple):
    """A drawn subject: its class, its stratum ("补足" if topped up) and its place (from 1)."""

    code: str
    class_: str
    stratum: str
    rank: int


def draw(
    seed_hex: str, entries: Iterable[tuple[str, str]], plan: Quota, excluded: Collection[str] = ()
) -> list[Drawn]:
    """Draw the subjects of one act from (code, class) entries, in ticket order; see `draw_frozen`."""
    lines = [f"{code},{class_}\n" for code, class_ in entries]
    return draw_frozen(seed_hex, "".join(lines).encode(), plan, excluded)


def draw_frozen(seed_hex: str, directory: bytes, plan: Quota, excluded: Collection[str] = ()) -> list[Drawn]:
    """Draw the subjects of one act from the lines of a canonical directory, in ticket order.

    Each stratum is the ticket order filtered by class; then the whole is topped up in ticket order.
    `excluded` (drawn by earlier acts, or no longer in force) are left out and nothing else moves.
    Raises Refusal PopulationChanged where the plan's sizes were computed on another pool, BadCode or BadClass
    where a line is not canonical.
    """
    if excluded:
        gone = frozenset(code.encode() for code in excluded)
        directory = b"".join(
            line for line in directory.splitlines(keepends=True) if line[:CODE_LENGTH] not in gone
        )
    check_lines(directory)
    classes = directory[CODE_LENGTH + 1 :: LINE.size]
    for stratum in plan.strata:
        population = sum(classes.count(class_.encode()) for class_ in stratum.classes)
        if population != stratum.population:
            found = f"“{stratum.name}”现有 {population} 户，与方案记载的 {stratum.population} 户不符"
            raise Refusal("PopulationChanged", found + "，请重新核定抽取方案。")
    # Whoever is topped up is among the `total` lowest of all.
    whole = _bound(plan.total, len(classes)) if plan.top_up else b""
    bounds = dict.fromkeys(ALL_CLASSES, whole)
    for stratum in plan.strata:
        bound = max(whole, _bound(stratum.size, stratum.population))
        bounds.update(dict.fromkeys(stratum.classes, bound))
    drawn = _chosen(_tickets(seed_hex, directory, bounds), plan)
    if len(drawn) < plan.total:
        drawn = _chosen(_tickets(seed_hex, directory, dict.fromkeys(ALL_CLASSES, _ABOVE_ALL)), plan)
    return drawn


def _tickets(
    seed_hex: str, directory: bytes, bounds: Mapping[str, bytes]
) -> list[tuple[bytes, bytes, bytes]]:
    """The tickets below the bound of their class with code and class, ascending."""
    copy, found = _hashed_prefix(seed_hex), []
    highest, of_class = max(bounds.values()), {class_.encode(): bound for class_, bound in bounds.items()}
    # Read off the bytes: a million tuples of text cost half as much as their hashes.
    for code, class_ in LINE.iter_unpack(directory):
        hashed = copy()
        hashed.update(code)
        digest = hashed.digest()
        # Nearly all tickets are above every bound.
        if digest < highest and digest < of_class[class_]:
            found.append((digest, code, class_))
    found.sort(key=itemgetter(0))
    return found


def _chosen(tickets: Sequence[tuple[bytes, bytes, bytes]], plan: Quota) -> list[Drawn]:
    """Whom the sizes take, in ticket order; fewer than the total where there are too few tickets."""
    name_of = {class_.encode(): stratum.name for stratum in plan.strata for class_ in stratum.classes}
    left = {stratum.name: stratum.size for stratum in plan.strata}
    top_up, names = plan.top_up, []
    for _, _, class_ in tickets:
        name = name_of.get(class_, "")
        if left.get(name):
            left[name] -= 1
            names.append(name)
        else:
            names.append("")
    # Undrawn ones of a stratum that is not full yet cannot be: its tickets come in order.
    for place, name in enumerate(names):
        if top_up and not name:
            names[place] = TOP_UP
            top_up -= 1
    rank = count(1)
    return [
        Drawn(code.decode(), class_.decode(), name, next(rank))
        for (_, code, class_), name in zip(tickets, names, strict=True)
        if name
    ]
