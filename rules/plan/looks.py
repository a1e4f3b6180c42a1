"""What a cell looks like, whatever its column says."""

import re
from enum import StrEnum
from functools import lru_cache

from rules.plan.cells import read_window
from rules.plan.departments import looks_like_bodies, looks_like_departments
from rules.plan.reading import Status
from rules.plan.words import compact, number


class Look(StrEnum):
    """Kinds of cells that can be told by their own text."""

    BLANK = "blank"
    SEQ = "seq"
    RATIO = "ratio"
    WINDOW = "window"
    RISK = "risk"
    DEPARTMENTS = "departments"
    BODIES = "bodies"
    MODE = "mode"
    TEXT = "text"


_RATIO = re.compile(r"\d(?:\.\d+)?[%‰]|百分之|次/年|次/|[1-9一二两][次户]|不低于\d")
_FREQUENCY = re.compile(r"^(?:每|按)?(?:年|半年|季度|季|月)(?:度)?[\d一二两]?次?$|^[\d一二两]+次")
_RISK = re.compile(
    r"风险.{0,40}(?:递[加增]|增加|提高|比例|频次|差异)|(?:信用|等级|分类|风险).{0,8}(?:分类|等级).{0,4}(?:结果|状况)"
)
_AMOUNT_WORDS = re.compile(
    r"[\d.%‰;:,、()/<>=≥-]|抽查|检查|抽取|比例|频次|不[得少低]|[低少抵]于|[至最]少|较高|一般|[低高]|风险|[A-D]类|企业|"
    r"[每半]|[一二两三]|年度?|季度?|月|次|[户家]|以上|的|按照?"
)
_OCR_DIGITS = str.maketrans("OoIl|", "00111")


def seq_of(text: str) -> int | None:
    """The number of a 序号 cell such as 12, 12. , （12）, 十二; None where it is no number."""
    bare = compact(text).strip("()（）[].、,。第号№")
    if not bare or len(bare) > 5:
        return None
    value = number(bare)
    return value if value is not None and 0 < value < 10000 else None


@lru_cache(maxsize=8192)
def look(raw: str) -> Look:
    """The kind of a cell."""
    text = compact(raw)
    if not text:
        return Look.BLANK
    if len(text) <= 5 and seq_of(text) is not None:
        return Look.SEQ
    if len(text) <= 24:
        if re.search(r"月|年|季度|\d[-/.]", text) and read_window(raw).status is not Status.UNKNOWN:
            return Look.WINDOW
        if re.match("[省市县区][^,。]{0,6}抽", text) and not re.search("的|对", text):
            return Look.MODE
    amount = len(text) <= 80 and (_RATIO.search(text) or _FREQUENCY.search(text)) and not _RISK.search(text)
    if amount and len(_AMOUNT_WORDS.sub("", text)) <= 6:
        return Look.RATIO
    if _RISK.search(text) and len(text) <= 220:
        return Look.RISK
    if looks_like_departments(raw):
        return Look.DEPARTMENTS
    return Look.BODIES if looks_like_bodies(raw) else Look.TEXT


def seq_by_sight(text: str) -> int | None:
    """The number that an OCR misreading such as l2 or 1O stands for."""
    return seq_of(compact(text).translate(_OCR_DIGITS)) if text else None
