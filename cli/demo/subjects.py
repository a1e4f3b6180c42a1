"""The demonstration county's subjects: schools with their canteens, and everybody else."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import count
from random import Random
from typing import NamedTuple

from rules.channel import LegalForm, uses_credit_class
from rules.register_fields import REGISTER_KEY_PREFIX, check_character

Row = dict[str, str]

STEMS = "甲乙丙丁戊己庚辛壬癸"
AREAS = tuple(f"样例{stem}{'镇' if place < 7 else '乡'}" for place, stem in enumerate(STEMS))
"""The county's towns; no real place is called so."""

_NOWHERE = "149999"
"""A region code that is not given to any county: no real body has a code with it."""
_PREFIXES = {
    LegalForm.ENTERPRISE: "91",
    LegalForm.INDIVIDUAL: "92",
    LegalForm.FARMERS_COOPERATIVE: "93",
    LegalForm.PUBLIC_INSTITUTION: "12",
    LegalForm.PRIVATE_NON_ENTERPRISE: "52",
    LegalForm.SOCIAL_ORGANIZATION: "51",
    LegalForm.GOVERNMENT: "11",
}
_CLASSES = "AAAAAAAABBBBBBBCCCDD"
_STATUSES = ("存续",) * 57 + ("注销", "吊销", "停业")


class Trade(NamedTuple):
    """A kind of subject: its share of the others, its forms in turn, tags, and what its rows hold."""

    kind: str
    share: int
    forms: tuple[LegalForm, ...]
    tags: tuple[str, ...] = ()
    licence: str = ""
    capital: tuple[int, int] | None = None
    floor_area: tuple[int, int] | None = None


_COMPANY = (LegalForm.ENTERPRISE,)
_SHOP = (LegalForm.INDIVIDUAL, LegalForm.INDIVIDUAL, LegalForm.ENTERPRISE)
_FARM = (LegalForm.ENTERPRISE, LegalForm.FARMERS_COOPERATIVE, LegalForm.INDIVIDUAL)
_WORKS = (LegalForm.PROJECT,)

_OTHERS = (
    Trade("卷烟零售户", 600, _SHOP, ("烟草零售",), "烟草专卖零售许可证", floor_area=(10, 200)),
    Trade("一般企业", 560, _COMPANY, capital=(10, 20_000)),
    Trade("餐饮服务单位", 420, _SHOP, ("餐饮",), "食品经营许可证", floor_area=(20, 900)),
    Trade("农资经营门店", 180, _FARM, ("农药", "种子", "肥料"), "农药经营许可证"),
    Trade("旅馆", 130, _SHOP, ("旅馆", "酒店"), "公共场所卫生许可证", floor_area=(100, 6_000)),
    Trade("机动车维修经营单位", 110, _SHOP, ("机动车维修",)),
    Trade("饲料兽药经营单位", 100, _FARM, ("饲料", "兽药"), "兽药经营许可证"),
    Trade("娱乐场所", 70, _SHOP, ("娱乐场所",), "娱乐经营许可证", floor_area=(80, 2_000)),
    Trade("超市", 70, _SHOP, ("超市", "商场"), "食品经营许可证", floor_area=(60, 5_000)),
    Trade("规模以上工业企业", 90, _COMPANY, ("工业企业",), capital=(1_000, 90_000)),
    Trade("林草种苗经营单位", 70, _FARM, ("林草种苗",), "林草种子生产经营许可证"),
    Trade("医疗机构", 80, (LegalForm.PUBLIC_INSTITUTION, LegalForm.INDIVIDUAL), (), "医疗机构执业许可证"),
    Trade("在建工程项目", 60, _WORKS, ("在建工程",)),
    Trade("水土保持方案项目", 40, _WORKS, ("水土保持",)),
    Trade("排污单位", 50, _COMPANY, ("排污单位",), "排污许可证", capital=(100, 50_000)),
    Trade("电力企业", 40, _COMPANY, ("电力企业",), "电力业务许可证", capital=(1_000, 80_000)),
    Trade("校外培训机构", 40, (LegalForm.PRIVATE_NON_ENTERPRISE, LegalForm.ENTERPRISE), ("校外培训机构",)),
    Trade("种畜禽经营单位", 35, _FARM, ("种畜禽",), "种畜禽生产经营许可证"),
    Trade("劳务派遣机构", 30, _COMPANY, ("劳务派遣",), "劳务派遣经营许可证", capital=(200, 2_000)),
    Trade("汽车销售企业", 30, _COMPANY, ("汽车销售",), capital=(100, 5_000)),
    Trade("加油站", 30, _COMPANY, ("加油站", "油库"), "危险化学品经营许可证"),
    Trade("房地产开发企业", 25, _COMPANY, ("房地产",), "资质证书", capital=(800, 30_000)),
    Trade("人防工程", 25, (LegalForm.SITE,), ("人防工程",)),
    Trade("电子烟零售单位", 25, _SHOP, ("电子烟",), "烟草专卖零售许可证"),
    Trade("养老机构", 20, (LegalForm.PRIVATE_NON_ENTERPRISE, LegalForm.PUBLIC_INSTITUTION), ("养老机构",)),
    Trade("旅游景点", 15, (LegalForm.ENTERPRISE, LegalForm.SITE), ("旅游景点",)),
    Trade("演出经营单位", 12, _COMPANY, ("演出",), "营业性演出许可证"),
    Trade("游泳场馆", 8, _COMPANY, ("游泳场馆",), "公共场所卫生许可证", floor_area=(300, 3_000)),
    Trade("危险货物运输企业", 10, _COMPANY, ("危货运输",), "道路运输经营许可证"),
    Trade("机动车检验检测机构", 8, _COMPANY, ("检验检测",), "检验检测机构资质认定证书"),
    Trade("保安服务公司", 5, _COMPANY, ("保安服务",), "保安服务许可证"),
    Trade("拍卖企业", 4, _COMPANY, ("拍卖",), "拍卖经营批准证书"),
    Trade("污水处理厂", 4, _COMPANY, ("污水处理",), "排污许可证"),
    Trade("医疗保障经办机构", 2, (LegalForm.GOVERNMENT,)),
)

_PUBLIC = (LegalForm.PUBLIC_INSTITUTION,)
_PRIVATE = (LegalForm.PRIVATE_NON_ENTERPRISE,)
_SCHOOLS: tuple[tuple[str, int, Trade], ...] = (
    ("小学", 52, Trade("中小学", 0, _PUBLIC, ("学校", "中小学", "小学"))),
    ("初中", 22, Trade("中小学", 0, _PUBLIC, ("学校", "中小学", "初中"))),
    ("高中", 10, Trade("中小学", 0, _PUBLIC, ("学校", "中小学", "高中"))),
    ("民办学校", 12, Trade("中小学", 0, _PRIVATE, ("学校", "中小学", "初中", "民办学校"))),
    ("幼儿园", 20, Trade("幼儿园", 0, _PUBLIC, ("幼儿园", "托幼机构"))),
    ("民办幼儿园", 12, Trade("幼儿园", 0, _PRIVATE, ("幼儿园", "托幼机构", "民办学校"))),
    ("双语幼儿园", 16, Trade("幼儿园", 0, _COMPANY, ("幼儿园", "托幼机构"))),
    ("托育中心", 8, Trade("托幼机构", 0, _COMPANY, ("托幼机构", "托育机构"))),
    ("托管园", 8, Trade("托幼机构", 0, (LegalForm.INDIVIDUAL,), ("托幼机构", "托育机构"))),
)
"""160 in all; the last three are market entities, so that classes and both channels bear on them."""


def schools(random: Random, today: date, serials: "Iterator[int]") -> list[Row]:
    """The 160 schools and nurseries; most have a canteen (tag 学校食堂)."""
    rows = []
    for word, number, trade in _SCHOOLS:
        for place in range(number):
            canteen = place % 8 != 7
            row = _row(random, today, trade, word, place, next(serials))
            row["status"] = "存续"
            row["tags"] = ";".join((*trade.tags, *(("学校食堂",) if canteen else ())))
            row["licence"] = "食品经营许可证" if canteen else ""
            row["licensed_by"] = "sp" if canteen else ""
            if row["credit_class"]:
                # In turn, so that each class has its market entities however few they are.
                row["credit_class"] = "ABACABBD"[place % 8]
            rows.append(row)
    return rows


def others(random: Random, today: date, number: int, serials: "Iterator[int]") -> list[Row]:
    """So many other subjects, shared out over the kinds; the first kind takes what rounding leaves."""
    total = sum(trade.share for trade in _OTHERS)
    numbers = [number * trade.share // total for trade in _OTHERS]
    numbers[0] += number - sum(numbers)
    return [
        _row(random, today, trade, trade.kind, place, next(serials))
        for trade, many in zip(_OTHERS, numbers, strict=True)
        for place in range(many)
    ]


def serial_numbers() -> "Iterator[int]":
    """The running numbers that codes are made of."""
    return count(1)


def code_of(form: LegalForm, serial: int) -> str:
    """A code with a right check character and a region that does not exist, or a register key."""
    prefix = _PREFIXES.get(form)
    if prefix is None:
        return f"{REGISTER_KEY_PREFIX}{_NOWHERE}{serial:010d}"
    body = f"{prefix}{_NOWHERE}MA{serial:07d}"
    return f"{body}{check_character(body)}"


def numeral(number: int) -> str:
    """A number in Chinese digits, one after the other."""
    return "".join("〇一二三四五六七八九"[int(digit)] for digit in str(number))


def _row(random: Random, today: date, trade: Trade, word: str, place: int, serial: int) -> Row:
    form = trade.forms[place % len(trade.forms)]
    stem = place % len(STEMS)
    name = f"样例{STEMS[stem]}{numeral(place // len(STEMS) + 1)}{word}"
    classed = uses_credit_class(form)
    return {
        "code": code_of(form, serial),
        "name": name,
        "kind": trade.kind,
        "legal_form": form.label,
        "status": random.choice(_STATUSES),
        "area": AREAS[stem],
        "address": f"{AREAS[stem]}虚构路{random.randint(1, 999)}号",
        "credit_class": random.choice(_CLASSES) if classed else "",
        "class_date": (today.replace(day=1) - timedelta(days=1)).isoformat() if classed else "",
        "trade_class": "",
        "tags": ";".join(trade.tags),
        "capital": _between(random, trade.capital),
        "floor_area": _between(random, trade.floor_area),
        "licence": trade.licence,
        "licence_level": "",
        "licensed_by": "sp" if trade.licence else "",
    }


def _between(random: Random, bounds: tuple[int, int] | None) -> str:
    return "" if bounds is None else str(random.randint(*bounds))
