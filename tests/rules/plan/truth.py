"""The truth of generated notices: rows whose values are known, and the cells that print them."""

import random
from dataclasses import dataclass, field
from typing import Any

from tests.rules.plan.trades import TRADES

RISING = "根据企业信用风险分类结果，对低风险、一般风险、较高风险、高风险企业分别递加抽查比例、频次。"
HIGH = "根据企业信用风险分类结果，对较高风险、高风险企业分别提高抽查比例"


@dataclass
class Row:
    """One plan row: printed cells, true values, and the columns that damage touched."""

    seq: int
    cells: dict[str, str]
    truth: dict[str, Any]
    region: str | None = None
    page: int = 1
    damaged: set[str] = field(default_factory=set)
    seq_lost: bool = False
    lines: list[list[str]] = field(default_factory=list)


def _ratio(r: random.Random) -> tuple[str, dict[str, Any], dict[str, Any]]:
    n = r.choice(["5", "10", "0.5", "0.05", "3", "100", "20"])
    plain = {"percent": n, "at_least": False, "min_count": None, "tiers": None}
    least = {**plain, "at_least": True}
    tiers = {"A": "1", "B": "3", "C": "5", "D": "10"}
    ratios: list[tuple[str, dict[str, Any]]] = [
        (f"{n}%", plain),
        (f"抽查比例{n}%", plain),
        (f"不低于{n}%", least),
        (f"抽查比例不低{n}%", least),
        (f"不少于{n}％", least),
        (f"≥{n}%", least),
        (f"{n}%以上", least),
        (f"按{n}%的比例抽取", plain),
        ("千分之五", {**plain, "percent": "0.5"}),
        ("百分之三", {**plain, "percent": "3"}),
        ("不少于2家", {"percent": None, "at_least": True, "min_count": 2, "tiers": None}),
        (
            "A类1%B类3%C类5%D类10%",
            {"percent": None, "at_least": False, "min_count": None, "tiers": tiers},
        ),
        ("不低于3户", {"percent": None, "at_least": True, "min_count": 3, "tiers": None}),
        (f"{n}%（不少于2家）", {**plain, "min_count": 2}),
        (
            "A类1%、B类3%、C类5%、D类10%",
            {"percent": None, "at_least": False, "min_count": None, "tiers": tiers},
        ),
        (
            "低风险1%、一般风险3%、较高风险5%、高风险10%",
            {"percent": None, "at_least": False, "min_count": None, "tiers": tiers},
        ),
    ]
    ratio, value = r.choice(ratios)
    frequency, count = r.choice(
        [
            ("1次/年", (1, None, "year")),
            ("抽查1次", (1, None, None)),
            ("1-2次", (1, 2, None)),
            ("每半年1次", (1, None, "half")),
            ("每季度一次", (1, None, "quarter")),
            ("2次/年", (2, None, "year")),
            ("次/年", (1, None, "year")),
            ("", (None, None, None)),
            ("每月1次", (1, None, "month")),
            ("每年1次", (1, None, "year")),
            ("一年一次", (1, None, "year")),
            ("全年2次", (2, None, "year")),
            ("每季度至少一次", (1, None, "quarter")),
            ("年内1-2次", (1, 2, "year")),
        ]
    )
    text = r.choice(["；", "; ", " ", "，"]).join(part for part in (ratio, frequency) if part)
    return text, value, dict(zip(("times", "times_max", "per"), count, strict=True))


def _window(r: random.Random) -> tuple[str, dict[str, int]]:
    a, b = sorted(r.sample(range(1, 13), 2))
    text, first, last = r.choice(
        [
            (f"{a}月-{b}月", a, b),
            (f"{a}月—{b}月", a, b),
            (f"{a}—{b}月", a, b),
            (f"{a}月至{b}月", a, b),
            (f"2025年{a}月-{b}月", a, b),
            (f"{a}月", a, a),
            ("全年", 1, 12),
            ("上半年", 1, 6),
            ("第二季度", 4, 6),
            (f"{a}~{b}月", a, b),
            (f"{a}月1日至{b}月底", a, b),
            (f"2025.{a}—2025.{b}", a, b),
            (f"2025年{a}月—2025年{b}月", a, b),
        ]
    )
    return text, {"from_month": first, "to_month": last}


def _risk(r: random.Random) -> tuple[str, dict[str, Any]]:
    every, none = ["A", "B", "C", "D"], {"kind": "none", "ratio": False, "frequency": False, "classes": []}
    return r.choice(
        [
            (RISING, {"kind": "rising", "ratio": True, "frequency": True, "classes": every}),
            (RISING, {"kind": "rising", "ratio": True, "frequency": True, "classes": every}),
            (HIGH, {"kind": "rising", "ratio": True, "frequency": False, "classes": ["C", "D"]}),
            ("", none),
        ]
    )


def _partners(r: random.Random, prefix: str, initiator: str) -> tuple[str, list[str]]:
    cores = [core for core in TRADES if prefix + core != initiator]
    names = [prefix + core for core in r.sample(cores, r.choice([1, 1, 1, 2, 3]))]
    style = r.random()
    if style < 0.6 or len(names) == 1:
        return "、".join(names) + ("、" if r.random() < 0.1 else ""), names
    if style < 0.8:
        return " ".join(names), names
    return names[0] + "、" + "、".join(name.removeprefix(prefix) for name in names[1:]), names


def truth_rows(r: random.Random, count: int) -> list[Row]:
    """Rows in blocks of one initiator; windows and risk texts change from block to block."""
    prefix = r.choice(["县", "市", "区", "临川县", "安平市"])
    cores = list(TRADES)
    r.shuffle(cores)
    mode = r.choice(
        [
            ("县抽县查", "county", "county"),
            ("区级抽取、区级检查", "county", "county"),
            ("市抽查", "city", None),
            ("市抽县查", "city", "county"),
            ("市级抽取县级检查", "city", "county"),
            ("省抽县查", "province", "county"),
        ]
    )
    rows: list[Row] = []
    while len(rows) < count:
        core = cores[len({row.truth["initiator"] for row in rows}) % len(cores)]
        window, risk = _window(r), _risk(r)
        for task in TRADES[core]:
            ratio_text, ratio, frequency = _ratio(r)
            if r.random() < 0.4:
                risk = _risk(r)
            partners, names = _partners(r, prefix, prefix + core)
            cells = dict(zip(("name", "items", "scope"), task, strict=True))
            cells |= {"ratio": ratio_text, "risk": risk[0], "window": window[0], "initiator": prefix + core}
            cells |= {"partners": partners, "mode": mode[0], "seq": str(len(rows) + 1)}
            truth: dict[str, Any] = dict(zip(("name", "items", "scope"), task, strict=True))
            truth |= {"ratio": ratio, "frequency": frequency, "smart": risk[0], "risk": risk[1]}
            truth |= {"window": window[1], "initiator": prefix + core, "partners": names}
            truth |= {"mode": {"draw": mode[1], "check": mode[2]}}
            rows.append(Row(len(rows) + 1, cells, truth))
    return rows[:count]
