"""How many subjects a draw takes (抽取数量): exact integers, no binary fractions.

Ratios are percent as decimal text ("5", "0.05"), for ``math.ceil(100 * 0.07)`` is 8.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from rules.refusal import Refusal

CLASSES = ("A", "B", "C", "D")  # 企业信用风险分类: 低, 一般, 较高, 高
UNCLASSIFIED = "-"  # 不适用
ALL_CLASSES = (*CLASSES, UNCLASSIFIED)
WHOLE = "全部"
OTHERS = "其余"
FLOOR = 3  # 阳城 2024 三: fewer than 3 subjects are all drawn, otherwise at least 3

_RISING_FACTORS = {"A": 1, "B": 2, "C": 4, "D": 4}
_PERCENT = re.compile(r"(\d{1,3})(?:\.(\d{1,12}))?", re.ASCII)


def percent_fraction(percent: str) -> tuple[int, int]:
    """Percent text as (numerator, denominator): "0.05" is (5, 10000).

    Raises Refusal BadPercent unless it is a plain decimal from 0 to 100.
    """
    found = _PERCENT.fullmatch(percent)
    if found:
        decimals = found[2] or ""
        numerator, denominator = int(found[1] + decimals), 100 * 10 ** len(decimals)
        if numerator <= denominator:
            return numerator, denominator
    raise Refusal("BadPercent", f"抽查比例“{percent}”不是 0 到 100 的十进制数，请填写如“5”或“0.05”。")


def canonical_percent(percent: str) -> str:
    """The one spelling of a ratio that is hashed: "05.0" is "5", "0.050" is "0.05"."""
    percent_fraction(percent)
    whole, _, decimals = percent.partition(".")
    decimals = decimals.rstrip("0")
    return str(int(whole)) + (f".{decimals}" if decimals else "")


def share(n: int, percent: str) -> int:
    """⌈n·percent⌉ of n subjects, on integers."""
    numerator, denominator = percent_fraction(percent)
    return -(-n * numerator // denominator)


def sample_size(n: int, percent: str, floor: int = FLOOR) -> int:
    """Subjects to draw from n: n when n < 3, else min(n, max(3, ⌈n·p⌉)) (阳城 2024 三)."""
    return min(n, max(floor, share(n, percent)))


def propose_rising(percent: str) -> dict[str, str]:
    """The proposal for a row that only says 递加: ×1, ×2, ×4, ×4 for A, B, C, D, at most 100 (policy).

    A department confirms it once a year; refusing an unconfirmed one is the caller's duty.
    """
    numerator, denominator = percent_fraction(percent)
    decimals = len(str(denominator)) - 3
    proposal = {}
    for class_, factor in _RISING_FACTORS.items():
        digits = str(min(numerator * factor, denominator)).rjust(decimals + 1, "0")
        point = len(digits) - decimals
        proposal[class_] = canonical_percent(digits[:point] + ("." + digits[point:] if decimals else ""))
    return proposal


def population(entries: Iterable[tuple[str, str]], excluded: Iterable[str] = ()) -> dict[str, int]:
    """Subjects per class among (code, class) entries, without the excluded codes."""
    left_out = frozenset(excluded)
    counts = dict.fromkeys(ALL_CLASSES, 0)
    for code, class_ in entries:
        if code not in left_out:
            counts[class_] += 1
    return counts


@dataclass(frozen=True)
class Stratum:
    """One tier (分层) as the row asks for it: its classes and its ratio in percent."""

    name: str
    classes: tuple[str, ...]
    percent: str


@dataclass(frozen=True)
class StratumQuota:
    """One tier with its population and size; percent is None where the size itself was ordered."""

    name: str
    classes: tuple[str, ...]
    population: int
    percent: str | None
    size: int


@dataclass(frozen=True)
class Quota:
    """Sizes of one draw act: its strata, and top_up more in ticket order, make the total.

    `percent` is the printed ratio of the whole (None where none is printed), `minimum` the
    absolute one (不低于N户), `floor` the least that the notice allows.
    """

    percent: str | None
    minimum: int
    floor: int
    strata: tuple[StratumQuota, ...]
    top_up: int
    total: int

    @classmethod
    def plain(cls, counts: Mapping[str, int], percent: str, minimum: int = 0, floor: int = FLOOR) -> "Quota":
        """One ratio for all classes; `counts` are subjects per class."""
        return cls.of((Stratum(WHOLE, ALL_CLASSES, percent),), counts, percent, minimum, floor)

    @classmethod
    def tiered(
        cls,
        counts: Mapping[str, int],
        tiers: Mapping[str, str],
        percent: str | None,
        minimum: int = 0,
        floor: int = FLOOR,
    ) -> "Quota":
        """A ratio per class; classes without one, and the unclassified, at the plain ratio `percent`.

        The whole is never below `percent` of the whole. Raises Refusal PlainRatioMissing where
        subjects need the plain ratio and none is given.
        """
        strata = [Stratum(class_, (class_,), tiers[class_]) for class_ in ALL_CLASSES if class_ in tiers]
        others = tuple(class_ for class_ in ALL_CLASSES if class_ not in tiers)
        if percent is not None and others:
            strata.append(Stratum(OTHERS, others, percent))
        elif any(counts.get(class_, 0) for class_ in others):
            words = "、".join("不适用" if class_ == UNCLASSIFIED else f"{class_}类" for class_ in others)
            raise Refusal("PlainRatioMissing", f"{words}对象没有抽查比例，请在方案中补充总体比例再抽取。")
        return cls.of(tuple(strata), counts, percent, minimum, floor)

    @classmethod
    def of(
        cls,
        strata: Sequence[Stratum],
        counts: Mapping[str, int],
        percent: str | None,
        minimum: int = 0,
        floor: int = FLOOR,
    ) -> "Quota":
        """Sizes of any strata that hold each class present exactly once, else Refusal BadStrata."""
        named = [class_ for stratum in strata for class_ in stratum.classes]
        present = {class_ for class_, count in counts.items() if count}
        if len(named) != len(set(named)) or present - set(named):
            raise Refusal("BadStrata", "每一类对象必须且只能属于一个抽查层级，请核对各类别的抽查比例。")
        sized = tuple(
            StratumQuota(
                stratum.name,
                stratum.classes,
                n := sum(counts.get(class_, 0) for class_ in stratum.classes),
                canonical_percent(stratum.percent),
                share(n, stratum.percent),
            )
            for stratum in strata
        )
        drawn, n = sum(stratum.size for stratum in sized), sum(stratum.population for stratum in sized)
        whole = min(n, max(sample_size(n, percent or "0", floor), minimum))
        top_up = max(0, whole - drawn)
        printed = None if percent is None else canonical_percent(percent)
        return cls(printed, minimum, floor, sized, top_up, drawn + top_up)

    @classmethod
    def ordered(
        cls, counts: Mapping[str, int], sizes: Sequence[tuple[str, tuple[str, ...], int]], top_up: int = 0
    ) -> "Quota":
        """Sizes fixed beforehand, as (name, classes, size), no class in two, and `top_up` more of all classes.

        Raises Refusal StratumExhausted where fewer subjects are left than are asked for.
        """
        strata = []
        for name, classes, size in sizes:
            left = sum(counts.get(class_, 0) for class_ in classes)
            if size > left:
                words = f"“{name}”只剩 {left} 户可抽，不足 {size} 户，请减少数量或改从其他类别补抽。"
                raise Refusal("StratumExhausted", words)
            strata.append(StratumQuota(name, classes, left, None, size))
        drawn = sum(stratum.size for stratum in strata)
        if drawn + top_up > (left := sum(counts.values())):
            words = f"全部只剩 {left} 户可抽，不足 {drawn + top_up} 户，请减少数量。"
            raise Refusal("StratumExhausted", words)
        return cls(None, 0, 0, tuple(strata), top_up, drawn + top_up)

    def as_plan(self) -> dict[str, object]:
        """The part of the plan of the draw that holds ratios and sizes, ready for canonical JSON."""
        return {
            "percent": self.percent,
            "minimum": self.minimum,
            "floor": self.floor,
            "strata": [
                {
                    "name": stratum.name,
                    "classes": list(stratum.classes),
                    "population": stratum.population,
                    "percent": stratum.percent,
                    "size": stratum.size,
                }
                for stratum in self.strata
            ],
            "top_up": self.top_up,
            "total": self.total,
        }
