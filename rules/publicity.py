"""What of a subject may stand in public: of a natural person not the whole name, and no number (个人信息)."""

import re

from rules.channel import LegalForm
from rules.refusal import Refusal

_HIDDEN = "（不公开）"
_WIDE = {ord("０") + digit: str(digit) for digit in range(10)} | {ord("Ｘ"): "X", ord("ｘ"): "x"}
"""Full-width digits, one for one: places in the text stay what they are."""
_GAP = r"[ \u3000-]?"
_NUMBERS = {
    "公民身份号码": re.compile(
        rf"(?<![0-9A-Za-z])[1-9]\d{{5}}{_GAP}(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]){_GAP}\d{{3}}[\dXx](?![0-9A-Za-z])"
    ),
    "手机号码": re.compile(rf"(?<!\d)(?:\+?86{_GAP})?1[3-9]\d{_GAP}\d{{4}}{_GAP}\d{{4}}(?!\d)"),
    "银行卡号": re.compile(rf"(?<!\d)62\d\d(?:{_GAP}\d{{4}}){{3}}(?:{_GAP}\d{{1,3}})?(?!\d)"),
}
"""What tells who somebody is, or reaches them, wherever it stands (个人信息保护法 第四条、第二十八条)."""


def public_name(form: LegalForm, name: str) -> str:
    """The name as it is published; a natural person's is masked (个人信息保护法 第二十八条, 去标识化)."""
    return f"{name[:1]}某" if form is LegalForm.PERSON else name


def public_code(form: LegalForm, code: str) -> str:
    """The code as it is published; a natural person has none in public."""
    return _HIDDEN if form is LegalForm.PERSON else code


def public_text(text: str, form: LegalForm, name: str) -> str:
    """A text that somebody typed (a decision's document), without numbers of persons and the natural person's name."""
    plain = text.translate(_WIDE)
    places = sorted(match.span() for pattern in _NUMBERS.values() for match in pattern.finditer(plain))
    shown, end = "", 0
    for first, last in places:
        if first >= end:
            shown, end = f"{shown}{text[end:first]}{_HIDDEN}", last
    shown += text[end:]
    # A single character would be found in words of all kinds.
    return (
        shown.replace(name, public_name(form, name)) if form is LegalForm.PERSON and len(name) > 1 else shown
    )


def refuse_personal(*texts: str) -> None:
    """Refuse `PersonalData` for what will be public, or is hashed into what will be, and names a person's number."""
    for text in texts:
        plain = text.translate(_WIDE)
        for kind, pattern in _NUMBERS.items():
            if pattern.search(plain):
                raise Refusal(
                    "PersonalData", f"这段文字将对外公开，其中有{kind}，请删去后重新提交（只写文号或事由）"
                )
