"""Readers of single register cells (名录字段): text in, value out, or a fault that names the remedy."""

import re
import unicodedata
from collections.abc import Callable
from datetime import date
from enum import StrEnum
from functools import lru_cache
from operator import getitem
from typing import Any, TypeVar

Parse = Callable[[str], Any]
E = TypeVar("E", bound=StrEnum)

REGISTER_KEY_PREFIX = "XK"
"""Begins the register key of a subject without 统一社会信用代码: X is no registering authority (GB 32100)."""
_REGISTER_KEY = re.compile(rf"{REGISTER_KEY_PREFIX}[0-9A-Z]{{16}}")
_USCC = re.compile(r"[0-9ANY][0-9A-HJ-NPQRTUWXY][0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}")
_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_VALUES = {character: value for value, character in enumerate(_ALPHABET)}
_WEIGHTS = tuple(pow(3, place, 31) for place in range(17))
_WEIGHTED = tuple({one: value * weight for one, value in _VALUES.items()} for weight in _WEIGHTS)
"""What each character adds at each of the 17 places."""
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_SEPARATORS = re.compile(r"[;；、,，|\n]+")
_DATE = re.compile(r"(\d{4})(?:年|[-/.])(\d{1,2})(?:月|[-/.])(\d{1,2})日?|(\d{4})(\d{2})(\d{2})")
_PERIOD = re.compile(r"[~～至]|—+|--")
_ATOM = r"[^\s@.<>()\[\],;:\\\"]+"
_EMAIL = re.compile(rf"{_ATOM}(\.{_ATOM})*@{_ATOM}(\.{_ATOM})*")
"""One address and nothing beside it: of more, a message would go to somebody whom nobody meant."""
_GROUPED = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+")
_RISK_WORDS = {"低": "A", "一般": "B", "较高": "C", "高": "D"}
STATUSES = ("存续", "注销", "吊销", "迁出", "停业")
_IN_FORCE = frozenset({"在业", "在营", "开业", "在册", "正常", "存续（在营、开业、在册）"})


class FieldFault(ValueError):  # noqa: N818 - an answer to the file's author, not an error
    """A cell that can't be taken; its text is Chinese and says what to write instead."""


def compact(text: str) -> str:
    """Full-width letters and digits made plain, blanks removed: for codes, dates and numbers."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    return "".join(text.split())


def subject_code(text: str) -> str:
    """统一社会信用代码 (GB 32100, check character included) or an 18-character register key."""
    if _USCC.fullmatch(text) and check_character(text[:17]) == text[17]:
        return text
    code = compact(text).replace("-", "").upper()
    if _REGISTER_KEY.fullmatch(code):
        return code
    if _USCC.fullmatch(code) and check_character(code[:17]) == code[17]:
        return code
    raise FieldFault(_remedy(code))


def _remedy(code: str) -> str:
    """What to do about a code that is none."""
    if code.startswith(REGISTER_KEY_PREFIX):
        return f"名录编号应为 {REGISTER_KEY_PREFIX} 加16位大写字母或数字，共18位"
    if re.search(r"E\+|\.", code):
        return "代码已被表格软件改成数值，请把该列设为文本格式后重新填写"
    if len(code) != 18:
        return (
            f"统一社会信用代码应为18位，现为{len(code)}位；"
            f"没有代码的对象请用 {REGISTER_KEY_PREFIX} 开头的18位名录编号"
        )
    if not _USCC.fullmatch(code):
        return "统一社会信用代码含有不允许的字符（不用 I、O、S、V、Z），请核对"
    return "统一社会信用代码校验位不符，请对照营业执照或登记证书核对"


def check_character(code: str) -> str:
    """The check character of a code's first 17 characters (GB 32100, 4.5): weights are powers of 3 mod 31."""
    total = sum(map(getitem, _WEIGHTED, code))
    return _ALPHABET[-total % 31]


def plain(longest: int) -> Parse:
    """A text of at most so many characters, blanks at its ends removed."""

    def parse(text: str) -> str:
        if len(text) > longest:
            raise FieldFault(f"不超过{longest}个字，现为{len(text)}个字，请缩短")
        if not text.isprintable() and _CONTROL.search(text):
            raise FieldFault("含有控制字符或换行，请删去")
        return text

    return parse


def identifier(text: str) -> str:
    """A code of ASCII letters, digits, hyphen, underscore, dot."""
    code = compact(text)
    if not re.fullmatch(r"[0-9A-Za-z][0-9A-Za-z._-]{0,39}", code):
        raise FieldFault("编号只用字母、数字和 - _ .，不超过40位")
    return code


def is_email(text: str) -> bool:
    """Whether a text is one e-mail address that a message can be sent to."""
    return _EMAIL.fullmatch(text) is not None


def email(text: str) -> str:
    """One e-mail address (电子邮箱), full-width characters made plain."""
    address: str = plain(200)(unicodedata.normalize("NFKC", text))
    if not is_email(address):
        raise FieldFault("应为一个电子邮箱，如 name@example.com，只填一个；没有的留空")
    return address


def certificate(text: str) -> str:
    """A certificate's number (证号): letters, digits, hyphens, and the brackets of older series."""
    code = compact(text).upper()
    if re.search(r"E\+|\.", code):
        raise FieldFault("证号已被表格软件改成数值，请把该列设为文本格式后重新填写")
    if not re.fullmatch(r"[0-9A-Z\u4e00-\u9fff()-]{4,40}", code):
        raise FieldFault("执法证号应为4至40位字母、数字，请对照证件填写")
    return code


@lru_cache(maxsize=4096)
def day(text: str) -> date:
    """A date: 2024-03-01, 2024/3/1, 2024.3.1, 20240301 or 2024年3月1日."""
    found = _DATE.fullmatch(compact(text))
    if found is None:
        raise FieldFault("日期请写成 2024-03-01 或 2024年3月1日")
    year, month, number = (int(part) for part in found.groups() if part is not None)
    try:
        value = date(year, month, number)
    except ValueError:
        raise FieldFault("没有这一天，请核对日期") from None
    if not 1900 <= value.year <= 2200:
        raise FieldFault("年份应在1900至2200之间，请核对日期")
    return value


def whole(unit: str, most: int = 2_000_000_000) -> Parse:
    """A whole number of a unit, 0 or more; its decimals must be zeros."""

    def parse(text: str) -> int:
        number = re.sub(r"\.0*$", "", compact(text).removesuffix(unit))
        if not _GROUPED.fullmatch(number) or int(number.replace(",", "")) > most:
            raise FieldFault(f"应为不小于0的整数，单位{unit}")
        return int(number.replace(",", ""))

    return parse


def words(text: str) -> list[str]:
    """Words separated by ; ； 、 or a comma: sorted, each once."""
    return list(_words(text))


@lru_cache(maxsize=4096)
def _words(text: str) -> tuple[str, ...]:
    found = {part.strip() for part in _SEPARATORS.split(text)} - {""}
    if any(_CONTROL.search(one) for one in found):
        raise FieldFault("含有控制字符，请删去")
    return tuple(sorted(found))


def subject_codes(text: str) -> list[str]:
    """Subject codes separated by ; (回避的检查对象)."""
    return sorted({subject_code(part) for part in words(text)})


def periods(text: str) -> list[list[str]]:
    """Periods `first~last;…`, both days included, as ISO dates; a single day is a period of one day."""
    found = []
    for part in words(text):
        ends = [day(end) for end in _PERIOD.split(compact(part))]
        if len(ends) > 2 or ends[-1] < ends[0]:
            raise FieldFault("时段请写成 2026-01-01~2026-01-05，先起后止，多段用分号隔开")
        found.append([ends[0].isoformat(), ends[-1].isoformat()])
    return sorted(found)


def member(enum: type[E], label: Callable[[E], str]) -> Parse:
    """A member of an enumeration, by its Chinese label or its value."""
    known = {label(one): one for one in enum} | {one.value: one for one in enum}

    def parse(text: str) -> E:
        found = known.get(text) or known.get(compact(text).lower())
        if found is None:
            raise FieldFault(f"应为下列之一：{'、'.join(label(one) for one in enum)}")
        return found

    return parse


def credit_class(text: str) -> str | None:
    """企业信用风险分类: A–D or its words (低、一般、较高、高风险); 不适用 is none."""
    value = compact(text).upper()
    if value in ("不适用", "无", "/", "-"):
        return None
    value = value.removesuffix("类").removesuffix("级")
    value = _RISK_WORDS.get(value.removesuffix("风险"), value)
    if value not in ("A", "B", "C", "D"):
        raise FieldFault("信用风险分类应为 A、B、C、D（低、一般、较高、高风险），没有分类的留空")
    return value


def status(text: str) -> str:
    """The subject's status; what platforms call 在营, 开业, 在册 is 存续."""
    value = "存续" if text in _IN_FORCE else text
    if value not in STATUSES:
        raise FieldFault(f"状态应为下列之一：{'、'.join(STATUSES)}")
    return value


def grade(text: str) -> str:
    """重点 or 一般 check item."""
    value = compact(text).removesuffix("检查事项").removesuffix("事项")
    if value not in ("重点", "一般"):
        raise FieldFault("事项类别应为“重点”或“一般”")
    return value
