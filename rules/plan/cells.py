"""A cell's own words: ratio, frequency, window, risk requirement and mode.

Each reader takes the raw text and answers with a field; whatever is left of the text that is not
understood keeps the value from being `read`.
"""

import re
from decimal import Decimal

from rules.plan.reading import (
    Field,
    Frequency,
    Level,
    Mode,
    Per,
    Ratio,
    Risk,
    RiskKind,
    Window,
    inferred,
    read,
    unknown,
)
from rules.plan.words import NUMERAL, compact, is_nothing, number

_AT_LEAST = r"(?:不得?[低底抵少小][于於與予与]?|[最至]少(?:为|按)?|≥|>=|大于等于|不小于)"
_PERCENT = (
    rf"(?:(?P<least>{_AT_LEAST})[^\d%‰;。,]{{0,4}}?)?(?P<n>\d+(?:\.\d+)?)(?P<unit>%|‰)(?P<up>(?:及)?以上)?"
)
_FLOOR = re.compile(rf"(?P<least>{_AT_LEAST})?(?P<n>{NUMERAL})[户家个所人名](?P<up>(?:及)?以上)?")
_CLASSES = {"A": "A", "B": "B", "C": "C", "D": "D", "低": "A", "一般": "B", "中": "B", "较高": "C", "高": "D"}
_CLASS = r"(?:(?:信用)?(?:风险)?(?:等级)?[A-D](?:类|级|档)?(?![A-Za-z])|(?:较高|一般|低|中|高)(?:信用)?风险)"
_CLASS_LIST = rf"{_CLASS}(?:[、,和及与/]?{_CLASS})*"
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
    text = compact(_words_to_percent(raw))
    frequency, rest = _frequency(raw, text)
    ratio, rest = _ratio(raw, rest)
    rest = _RATIO_NOISE.sub("", rest)
    if not rest:
        return ratio, frequency
    why = f"“{rest[:20]}”未能理解"
    if ratio.value is not None and ratio.value.percent is None and not ratio.value.tiers:
        ratio = unknown(raw, why)
    elif ratio.value is not None and not ratio.why:
        ratio = inferred(ratio.value, raw, f"单元格中另有文字：{why}", 0.8)
    if frequency.value is not None and frequency.value.times is None:
        frequency = unknown(raw, why)
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
            doubtful |= _CLASSES[name] in tiers
            tiers[_CLASSES[name]] = _percent(match)
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
    if exact:
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


def _month(side: int) -> str:
    """One end of a span: 2023年3月, 3月1日, 2023.3, 3.1, or a number before a dash."""
    return (
        rf"(?:(?P<y{side}>20\d\d)(?:年|[./-]))?(?P<m{side}>{NUMERAL})"
        rf"(?:月份?(?:(?P<d{side}>\d{{1,2}})[日号]|初|底|末)?|[./](?P<e{side}>\d{{1,2}})(?!\d)|(?=[-至到])|$)"
    )


_SPAN = re.compile(rf"(?:从|自)?{_month(1)}(?:-|至|到|一){_month(2)}(?:止|前)?")
_SINGLE = re.compile(rf"(?:(?P<y1>20\d\d)年)?(?P<m1>{NUMERAL})月份?")
_NAMED = {
    "全年": (1, 12),
    "上半年": (1, 6),
    "下半年": (7, 12),
    "第一季度": (1, 3),
    "第二季度": (4, 6),
    "第三季度": (7, 9),
    "第四季度": (10, 12),
}


def read_window(raw: str) -> Field[Window]:
    """抽查起止时间: whole months of one year."""
    text = compact(raw).strip("。、,;.")
    if not text:
        return unknown(raw, "单元格为空")
    found = _SPAN.fullmatch(text)
    if found:
        return _span(raw, found)
    single = _SINGLE.fullmatch(text)
    if single:
        return _months(raw, number(single["m1"]), number(single["m1"]), _years(single["y1"]))
    named = re.fullmatch(r"(?:(20\d\d)年?)?(全年|上半年|下半年|第?[一二三四1-4]季度)", text)
    if named:
        name = named[2]
        if "季度" in name:
            name = "第" + name.removeprefix("第").translate(str.maketrans("1234", "一二三四"))
        return _months(raw, *_NAMED[name], _years(named[1]))
    if re.fullmatch(r"(?:20\d\d年?)?(?:常年|长期|年内|全年度)", text):
        return inferred(Window(from_month=1, to_month=12), raw, f"“{text}”按全年计", 0.8)
    return unknown(raw, f"“{text[:20]}”不是起止月份")


def _span(raw: str, found: re.Match[str]) -> Field[Window]:
    first, last = number(found["m1"]), number(found["m2"])
    days = (found["d1"] or found["e1"], found["d2"] or found["e2"])
    field = _months(raw, first, last, _years(found["y1"], found["y2"]))
    ends = {28, 29, 30, 31}
    whole = (days[0] in (None, "1", "01")) and (days[1] is None or int(days[1]) in ends)
    if field.value is not None and not whole:
        return inferred(field.value, raw, "印的是日期，按整月计", 0.9)
    return field


def _years(*printed: str | None) -> set[str]:
    return {year for year in printed if year}


def _months(raw: str, first: int | None, last: int | None, years: set[str]) -> Field[Window]:
    if first is None or last is None or not (1 <= first <= 12 and 1 <= last <= 12):
        return unknown(raw, "月份不成立")
    if len(years) > 1:
        return unknown(raw, "起止时间跨年度，无法记作本年月份")
    if first > last:
        return unknown(raw, "起始月份晚于截止月份")
    return read(Window(from_month=first, to_month=last), raw)


_RISK_CLASS = re.compile(r"(较高|一般|低|中|高)(?:信用)?风险|([A-D])(?:类|级|(?=[、,和及-]))")


def read_risk(raw: str) -> Field[Risk]:
    """智慧监管（信用风险分类）要求; a text that speaks of no risk, credit or class is not one."""
    if is_nothing(raw):
        return read(Risk(kind=RiskKind.NONE), raw)
    text = compact(raw)
    if not re.search(r"风险|信用|分类|等级|分级|[A-D]类", text):
        return unknown(raw, "文字与信用风险分类无关，疑为他处文字")
    if re.search(r"不适用|不采用|不运用|不实行", text):
        return inferred(Risk(kind=RiskKind.NONE), raw, "印明不适用", 0.85)
    ratio = "比例" in text
    frequency = bool(re.search(r"频次|频率|次数|频", text))
    classes = tuple(sorted({_CLASSES[a or b] for a, b in _RISK_CLASS.findall(text)}))
    if re.search(r"[A-D]-[A-D]类|[A-D]至[A-D]类", text):
        classes = ("A", "B", "C", "D")
    rising = re.search(r"递加|递增|增加|提高|加大|提升|逐级|加密|依次", text)
    if rising and (ratio or frequency):
        return read(Risk(kind=RiskKind.RISING, ratio=ratio, frequency=frequency, classes=classes), raw)
    if rising and len(text) > 4:
        return unknown(raw, "有递加的意思，但没有说比例还是频次")
    own = re.search(r"等级|行业|安全|日常|自有|本部门|评定|评价", text) and not re.search(
        r"企业信用风险", text
    )
    if own and (ratio or frequency):
        return read(Risk(kind=RiskKind.OWN, ratio=ratio, frequency=frequency, classes=classes), raw)
    value = Risk(kind=RiskKind.UNKNOWN, ratio=ratio, frequency=frequency, classes=classes)
    return inferred(value, raw, "提到风险分类，但没有说明如何影响比例或频次", 0.7)


_LEVELS = {"省": Level.PROVINCE, "市": Level.CITY, "县": Level.COUNTY, "区": Level.COUNTY, "旗": Level.COUNTY}
_PLACE = r"(?P<{0}>省|市|县|区|旗|县\(?市?、?区\)?|县、?市?、?区|区、?县|县/区|区/县)(?:级|局|本级)?"
_BOTH = re.compile(
    rf"{_PLACE.format('draw')}(?:抽取?|抽查|抽检)[、,/]?{_PLACE.format('check')}(?:检?查|检|抽查)"
)
_ONE = re.compile(rf"{_PLACE.format('draw')}(?:抽查|抽)")


def read_mode(raw: str) -> Field[Mode]:
    """抽查检查模式: 县抽查 is short for 县抽县查; 市抽查 names only who draws."""
    text = compact(raw).strip("。、,;")
    if not text:
        return unknown(raw, "单元格为空")
    both = _BOTH.fullmatch(text)
    if both:
        return read(Mode(draw=_LEVELS[both["draw"][0]], check=_LEVELS[both["check"][0]]), raw)
    one = _ONE.fullmatch(text)
    if one:
        draw = _LEVELS[one["draw"][0]]
        return read(Mode(draw=draw, check=Level.COUNTY if draw is Level.COUNTY else None), raw)
    return unknown(raw, f"“{text[:20]}”不是一种抽查检查模式")
