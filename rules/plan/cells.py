"""A cell's own words: window, risk requirement and mode.

Each reader takes the raw text and answers with a field; a text that is not wholly understood is unknown.
"""

import re

from rules.plan.ratios import CLASSES, LONGEST, TOO_LONG
from rules.plan.reading import Field, Mode, OfficeLevel, Risk, RiskKind, Window, inferred, read, unknown
from rules.plan.words import NUMERAL, compact, is_nothing, misread_digits, number


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
    if len(raw) > LONGEST:
        return unknown(raw, TOO_LONG)
    text = compact(raw).strip("。、,;.")
    if not text:
        return unknown(raw, "单元格为空")
    mended = misread_digits(text)
    if mended:
        field = _window(raw, mended)
        return inferred(field.value, raw, "数字疑被误识（l、O），按1、0计", 0.85) if field.value else field
    return _window(raw, text)


def _window(raw: str, text: str) -> Field[Window]:
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
    if re.fullmatch(r"(?:20\d\d年?)?(?:常年|长期|年内|全年度)|20\d\d年度?", text):
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
    if len(raw) > 4 * LONGEST:
        return unknown(raw, TOO_LONG)
    text = compact(raw)
    if not re.search(r"风险|信用|分类|等级|分级|[A-D][类级]|[A-D][、,]", text):
        return unknown(raw, "文字与信用风险分类无关，疑为他处文字")
    if re.search(r"不适用|不采用|不运用|不实行", text):
        return inferred(Risk(kind=RiskKind.NONE), raw, "印明不适用", 0.85)
    ratio = "比例" in text
    frequency = bool(re.search(r"频次|频率|次数|频", text))
    classes = tuple(sorted({CLASSES[a or b] for a, b in _RISK_CLASS.findall(text)}))
    if re.search(r"[A-D]-[A-D]类|[A-D]至[A-D]类", text):
        classes = ("A", "B", "C", "D")
    rising = re.search(r"递加|递增|增加|提高|加大|提升|逐级|加密|依次", text)
    if rising and (ratio or frequency) and re.search("降低|减少|下调", text):
        value = Risk(kind=RiskKind.RISING, ratio=ratio, frequency=frequency, classes=classes)
        return inferred(value, raw, "既有提高又有降低，按递加计", 0.85)
    if rising and (ratio or frequency):
        return read(Risk(kind=RiskKind.RISING, ratio=ratio, frequency=frequency, classes=classes), raw)
    if rising and len(text) > 4:
        return unknown(raw, "有递加的意思，但没有说比例还是频次")
    own = re.search(r"等级|行业|安全|日常|自有|本部门|评定|评价", text) and not re.search(r"信用风险", text)
    if own and (ratio or frequency):
        return read(Risk(kind=RiskKind.OWN, ratio=ratio, frequency=frequency, classes=classes), raw)
    value = Risk(kind=RiskKind.UNKNOWN, ratio=ratio, frequency=frequency, classes=classes)
    return inferred(value, raw, "提到风险分类，但没有说明如何影响比例或频次", 0.7)


_LEVELS = {
    "省": OfficeLevel.PROVINCE,
    "市": OfficeLevel.CITY,
    "县": OfficeLevel.COUNTY,
    "区": OfficeLevel.COUNTY,
    "旗": OfficeLevel.COUNTY,
}
_PLACE = r"(?P<{0}>省|市|县|区|旗|县\(?市?、?区\)?|县、?市?、?区|区、?县|县/区|区/县)(?:级|局|本级)?"
_BOTH = re.compile(
    rf"{_PLACE.format('draw')}(?:抽取?|抽查|抽检)[、,/]?{_PLACE.format('check')}(?:检?查|检|抽查)"
)
_ONE = re.compile(rf"{_PLACE.format('draw')}(?:抽查|抽)")


def read_mode(raw: str) -> Field[Mode]:
    """抽查检查模式: 县抽查 is short for 县抽县查; 市抽查 names only who draws."""
    if len(raw) > LONGEST:
        return unknown(raw, TOO_LONG)
    text = compact(raw).strip("。、,;")
    if not text:
        return unknown(raw, "单元格为空")
    both = _BOTH.fullmatch(text)
    if both:
        return read(Mode(draw=_LEVELS[both["draw"][0]], check=_LEVELS[both["check"][0]]), raw)
    one = _ONE.fullmatch(text)
    if one:
        draw = _LEVELS[one["draw"][0]]
        return read(Mode(draw=draw, check=OfficeLevel.COUNTY if draw is OfficeLevel.COUNTY else None), raw)
    return unknown(raw, f"“{text[:20]}”不是一种抽查检查模式")
