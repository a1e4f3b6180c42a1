"""抽查比例及频次: percentages, floors, one per class; times and periods."""

import re
from decimal import Decimal
from typing import Any

from rules.plan.reading import Field, Frequency, Per, Ratio, inferred, read, unknown
from rules.plan.words import NUMERAL, compact, misread_digits, number

# A longer text under these columns is no value of theirs, and patterns need not bear it.
LONGEST = 400
TOO_LONG = "文字过长，不像此栏的内容"
_AT_LEAST = r"(?:不得?[低底抵少小][于於與予与干千]?|[最至]少(?:为|按)?|≥|>=|大于等于|不小于)"
_PERCENT = (
    rf"(?:(?P<least>{_AT_LEAST})[^\d%‰;。,]{{0,4}}?)?(?P<n>\d+(?:\.\d+)?)(?P<unit>%|‰)(?P<up>(?:及)?以上)?"
)
_FLOOR = re.compile(
    rf"(?P<least>{_AT_LEAST})?(?P<fixed>定额)?(?P<n>{NUMERAL})[户家个所人名](?P<up>(?:及)?以上)?"
)
CLASSES = {"A": "A", "B": "B", "C": "C", "D": "D", "低": "A", "一般": "B", "中": "B", "较高": "C", "高": "D"}
_CLASS = r"(?:(?:信用)?(?:风险)?(?:等级)?[A-D](?:类|级|档)?(?![A-Za-z])|(?:较高|一般|低|中|高)(?:信用)?风险)"
_CLASS_LIST = rf"{_CLASS}(?:[、,和及与/]?{_CLASS}){{0,5}}"
_TIER = re.compile(
    rf"(?P<names>{_CLASS_LIST})(?:的)?(?:企业|主体|对象|单位|市场主体|经营主体)?(?:的)?(?:抽查|检查)?(?:比例)?"
    rf"[:(为按是]*{_PERCENT}\)?"
)
_CLASS_NAME = re.compile(r"[A-D]|较高|一般|低|中|高")
_PER = {"年": Per.YEAR, "年度": Per.YEAR, "半年": Per.HALF, "季": Per.QUARTER, "季度": Per.QUARTER}
_PER |= {"月": Per.MONTH, "个月": Per.MONTH}
_UNIT = r"(?P<per>半年|年度|年|季度|季|个月|月)"
_TIMES = rf"(?P<least>{_AT_LEAST})?(?P<n>{NUMERAL})(?:(?:-|至|到)(?P<m>{NUMERAL}))?"
_FREQUENCIES = [
    re.compile(rf"(?:每|按|一|1)个?{_UNIT}(?:度)?(?:内)?(?:开展|进行|抽查|检查|抽取|抽)*{_TIMES}(?:次|轮)"),
    re.compile(rf"{_TIMES}(?:次|轮)[/每](?:一|1)?个?{_UNIT}"),
    re.compile(rf"(?<![每\d])(?:全|本)?{_UNIT}(?:度)?(?:内)?(?:抽查|检查|抽)?{_TIMES}(?:次|轮)"),
    re.compile(rf"{_TIMES}(?:次|轮)(?![/每])"),
]
_BARE_UNIT = re.compile(rf"(?:抽查|检查)?(?:次|轮)?[/每按](?:一|1)?个?{_UNIT}(?:度)?(?:(?:抽查)?次)?")
_RATIO_NOISE = re.compile(
    r"抽查|检查|抽取|抽检|比例|频次|频率|户数|企业|数量|总数|监管对象|检查对象|市场主体|经营主体|主体|库|的|为|按照|按|全年|年度|每次|"
    r"开展|进行|并且|且|并|同时|随机|其中|[;:,。、.()/|\s+*-]"
)


def _plain(text: str) -> str:
    return format(Decimal(text).normalize(), "f")


def _percent(match: re.Match[str]) -> str:
    amount = Decimal(match["n"])
    return _plain(str(amount / 10 if match["unit"] == "‰" else amount))


def _words_to_percent(text: str) -> str:
    text = re.sub(rf"百分之({NUMERAL})", lambda m: f"{number(m[1])}%" if number(m[1]) else m[0], text)
    return re.sub(rf"千分之({NUMERAL})", lambda m: f"{number(m[1])}‰" if number(m[1]) else m[0], text)


def read_ratio_and_frequency(raw: str) -> tuple[Field[Ratio], Field[Frequency]]:
    """抽查比例及频次, from one cell."""
    if len(raw) > LONGEST:
        return unknown(raw, TOO_LONG), unknown(raw, TOO_LONG)
    text = compact(_words_to_percent(raw))
    mended = misread_digits(text)
    ratio, frequency = _amounts(raw, mended or text)
    if mended:
        return _doubted(ratio, _MISREAD), _doubted(frequency, _MISREAD)
    return ratio, frequency


_MISREAD = "数字疑被误识（l、O），按1、0计"
_SMALL_BASE = re.compile(
    rf"[(;,。]?(?:其中|对)?[^;,。()\d%]{{0,12}}?(?<![不得])(?:不足|少于|低于|小于)(?:{NUMERAL})[户家个](?:的|时)?[;,]?"
    r"(?:应当?|均|则)?(?:按照?)?(?:100%|全部|全数|全覆盖|逐户)的?(?:比例)?(?:抽取|抽查|检查)?\)?"
)
_OF_FREQUENCY = re.compile(r"[次轮频每半季月年周日]|定期")


def _doubted(field: Field[Any], why: str) -> Field[Any]:
    if field.value is None or not any(field.value.model_dump().values()):
        return field
    return inferred(field.value, field.raw, "；".join(part for part in (field.why, why) if part), 0.85)


def _amounts(raw: str, text: str) -> tuple[Field[Ratio], Field[Frequency]]:
    without = _SMALL_BASE.sub("", text)
    ratio, frequency = _both(raw, without)
    return (_doubted(ratio, "另有户数不足时全部抽取的规定") if without != text else ratio), frequency


def _both(raw: str, text: str) -> tuple[Field[Ratio], Field[Frequency]]:
    frequency, rest = _frequency(raw, text)
    ratio, rest = _ratio(raw, rest)
    rest = _RATIO_NOISE.sub("", rest)
    if not rest:
        return ratio, frequency
    why = f"“{rest[:20]}”未能理解"
    if re.search(r"\d", rest) and frequency.value is not None:
        return unknown(raw, why), frequency
    if ratio.value is not None and ratio.value.percent is None and not ratio.value.tiers:
        ratio = unknown(raw, why)
    elif ratio.value is not None and not ratio.why:
        ratio = inferred(ratio.value, raw, f"单元格中另有文字：{why}", 0.8)
    if frequency.value is not None and frequency.value.times is None:
        frequency = unknown(raw, why) if _OF_FREQUENCY.search(rest) else frequency
    elif frequency.value is not None and not frequency.why:
        frequency = inferred(frequency.value, raw, f"单元格中另有文字：{why}", 0.9)
    return ratio, frequency


def _frequency(raw: str, text: str) -> tuple[Field[Frequency], str]:
    if re.search(r"次/?(?:每)?[2-9二三两]年|每[2-9二三两]年", text):
        return unknown(raw, "周期超过一年，不在可记录的周期之内"), text
    for pattern in _FREQUENCIES:
        found = pattern.search(text)
        if not found:
            continue
        per = _PER[found["per"]] if "per" in pattern.groupindex else None
        times = number(found["n"])
        most = number(found["m"]) if found["m"] else None
        rest = text[: found.start()] + ";" + text[found.end() :]
        if times is None or times < 1 or (most is not None and most <= times) or pattern.search(rest):
            return unknown(raw, "频次有多个或不成立"), rest
        value = Frequency(times=times, times_max=most, per=per)
        if found["least"]:
            return inferred(value, raw, "印的是下限（不少于），按下限计", 0.9), rest
        return read(value, raw), rest
    bare = _BARE_UNIT.search(text)
    if bare:
        rest = text[: bare.start()] + ";" + text[bare.end() :]
        return inferred(
            Frequency(times=1, per=_PER[bare["per"]]), raw, "只印了周期，没有次数，按1次计", 0.95
        ), rest
    return read(Frequency(), raw), text


def _ratio(raw: str, text: str) -> tuple[Field[Ratio], str]:
    tiers: dict[str, str] = {}
    least = False
    doubtful = False

    def take(match: re.Match[str]) -> str:
        nonlocal least, doubtful
        for name in _CLASS_NAME.findall(match["names"]):
            doubtful |= CLASSES[name] in tiers
            tiers[CLASSES[name]] = _percent(match)
        least |= bool(match["least"] or match["up"])
        return ";"

    text = _TIER.sub(take, text)
    percents = list(re.finditer(_PERCENT, text))
    rest = re.sub(_PERCENT, ";", text)
    floors = list(_FLOOR.finditer(rest))
    rest = _FLOOR.sub(";", rest)
    if len(percents) > 1 or len(floors) > 1 or doubtful or any(Decimal(_percent(p)) > 100 for p in percents):
        return unknown(raw, "单元格中有多个比例，或比例不成立"), rest
    if not percents and not floors and not tiers:
        return _no_percent(raw, rest)
    percent = percents[0] if percents else None
    floor = floors[0] if floors else None
    least |= bool(percent and (percent["least"] or percent["up"]))
    exact = floor is not None and not (floor["least"] or floor["up"])
    if floor is not None and percent is None and not tiers:
        least = not exact
    value = Ratio(
        percent=_percent(percent) if percent else None,
        at_least=least,
        min_count=number(floor["n"]) if floor else None,
        tiers=tiers or None,
    )
    if exact and floor is not None and not floor["fixed"]:
        return inferred(value, raw, "印的是户数而不是比例，按户数计", 0.7), rest
    return read(value, raw), rest


def _no_percent(raw: str, rest: str) -> tuple[Field[Ratio], str]:
    whole = re.search(r"全部|全覆盖|全量|全数", rest)
    if whole:
        value = Ratio(percent="100", at_least=False)
        return inferred(value, raw, f"印的是“{whole[0]}”，按100%计", 0.9), rest.replace(whole[0], "")
    if re.search(r"\d", rest):
        return unknown(raw, "有数字而没有百分号"), rest
    return read(Ratio(), raw), rest
