"""Words of a cell: tags resolved, blanks of line breaks removed, full-width signs made plain."""

import html
import re
import unicodedata
from functools import lru_cache

HAN = "\u3400-\u9fff"
_TAG = re.compile(r" ?<(su[pb])> ?([^<]{0,20}?) ?</\1> ?", re.IGNORECASE)
_BREAK = re.compile(r"<br ?/?>", re.IGNORECASE)
_OTHER_TAG = re.compile(r"</?[A-Za-z][^<>]{0,80}>")
_SUP = str.maketrans("0123456789+-n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ⁿ")
_SUB = str.maketrans("0123456789+-", "₀₁₂₃₄₅₆₇₈₉₊₋")
_BLANK_IN_HAN = re.compile(rf"(?<=[{HAN}、，。；：（）“”《》])\s+(?=[{HAN}、，。；：（）“”《》])")
_LETTER_SPACED = re.compile(r"\S(?: \S){3,}")
_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "俩": 2}


def _raised(match: re.Match[str]) -> str:
    table = _SUP if match[1].lower() == "sup" else _SUB
    return match[2].translate(table)


@lru_cache(maxsize=4096)
def clean(text: str) -> str:
    """A string as printed: tags resolved, no blanks of line breaks between Chinese characters."""
    if "&" in text:
        text = html.unescape(text)
    text = re.sub(r"[\s\u00a0\u3000]+", " ", _BREAK.sub(" ", text))
    text = _OTHER_TAG.sub("", _TAG.sub(_raised, text))
    text = text.replace("**", "").replace("\\|", "|").replace("\u200b", "").replace("\ufeff", "")
    text = re.sub(r"\s+", " ", text).strip()
    if _LETTER_SPACED.fullmatch(text):
        return text.replace(" ", "")
    return _BLANK_IN_HAN.sub("", text)


def join(first: str, second: str) -> str:
    """Two pieces of one cell, put together again."""
    if not first or not second:
        return first or second
    return first + (" " if _is_letter(first[-1]) and _is_letter(second[0]) else "") + second


def _is_letter(char: str) -> bool:
    return char.isascii() and char.isalpha()


@lru_cache(maxsize=8192)
def compact(text: str) -> str:
    """For matching only: half-width, no blanks, one kind of dash."""
    text = unicodedata.normalize("NFKC", clean(text))
    text = re.sub(r"\s+", "", text)
    return re.sub(r"[—–‐‑‒―－ー一]{1,2}(?=\d)|[—–‐‑‒―－~～∼〜﹣−]+", "-", text)


_MISREAD = re.compile(r"(?<![A-Za-z])(?=\d*[lIOo|])[lIOo|\d.]{1,5}(?=[%‰次月户家])")
_SIGHT = str.maketrans("lI|Oo", "11100")


def misread_digits(text: str) -> str | None:
    """The text with l, I, | for 1 and O for 0 before a unit put right; None where there is none."""
    mended = _MISREAD.sub(lambda found: found[0].translate(_SIGHT), text)
    return mended if mended != text else None


def number(text: str) -> int | None:
    """A whole number in digits or in Chinese numerals below one hundred."""
    if text.isascii() and text.isdigit():
        return int(text[:9])
    if not text or any(c not in _DIGITS and c != "十" for c in text):
        return None
    if "十" not in text:
        return int("".join(str(_DIGITS[c]) for c in text))
    tens, _, ones = text.partition("十")
    if "十" in ones or len(tens) > 1 or len(ones) > 1:
        return None
    return (_DIGITS[tens] if tens else 1) * 10 + (_DIGITS[ones] if ones else 0)


NUMERAL = r"(?:\d{1,4}|[一二三四五六七八九十两]{1,3})"
EMPTY = frozenset({"", "-", "/", "\\", "无", "--", "—", "不涉及", "无要求", "/-"})


def is_blank(text: str) -> bool:
    """Whether nothing at all is printed."""
    return not clean(text)


def is_nothing(text: str) -> bool:
    """Whether the cell says "none" or is blank."""
    return compact(text).strip("。、,;") in EMPTY
