"""The frozen directory that a draw is made from, in the one form that is hashed (抽取名录)."""

import re
import struct
import unicodedata
from collections.abc import Iterable, Sequence

from rules.quota import ALL_CLASSES
from rules.refusal import Refusal

CODE_LENGTH = 18
_CODE = re.compile(r"[!-+\--~]{18}")  # printable ASCII without the comma that ends a code in the directory
_DIRECTORY = re.compile(r"(?:[!-+\--~]{18},[ABCD-]\n)*")
LINE = struct.Struct(f"{CODE_LENGTH}sxcx")
"""A line as it lies in the bytes: code and class, between them a comma, behind them the line's end."""
_NOT_NORMAL = "名录中有不是 18 位大写代码的对象，请先规范名录再抽取。"


def normal_code(code: str) -> str:
    """A credit code or register key in capitals and half width, else Refusal BadCode."""
    normal = unicodedata.normalize("NFKC", code).strip().upper()
    if not _CODE.fullmatch(normal):
        raise Refusal("BadCode", f"“{code}”不是 18 位代码，请先在检查对象名录库中更正后再冻结名录。")
    return normal


def canonical_directory(entries: Iterable[tuple[str, str]]) -> bytes:
    """The frozen directory: a line `code,class` per subject, UTF-8, sorted bytewise.

    Class is A, B, C, D or "-" (不适用). Raises Refusal BadCode, BadClass or DuplicateSubject.
    """
    # Codes have one length and no comma, so sorting lines sorts codes; a register's codes mostly are normal.
    lines = sorted([f"{code},{class_}\n" for code, class_ in entries])
    text = "".join(lines)
    distinct = len({line[:CODE_LENGTH] for line in lines}) == len(lines)
    if not (distinct and text == text.upper() and _DIRECTORY.fullmatch(text)):
        text = "".join(_normal_lines(lines))
    return text.encode()


def _normal_lines(lines: Iterable[str]) -> list[str]:
    """The lines with normal codes, sorted; the refusals of `canonical_directory`."""
    classes: dict[str, str] = {}
    for line in lines:
        code, _, class_ = line.removesuffix("\n").rpartition(",")
        normal = normal_code(code)
        if class_ not in ALL_CLASSES:
            raise Refusal("BadClass", f"{normal} 的风险类别“{class_}”无效，应为 A、B、C、D 或“-”。")
        if normal in classes:
            raise Refusal("DuplicateSubject", f"{normal} 在名录中重复出现，请先在对象名录库中合并再冻结。")
        classes[normal] = class_
    return [f"{code},{classes[code]}\n" for code in sorted(classes)]


def check_lines(directory: bytes) -> None:
    """Refusal BadCode or BadClass unless each line is a code, a comma and a class, all in capitals."""
    n = len(directory) // LINE.size
    commas, ends = directory[CODE_LENGTH :: LINE.size], directory[LINE.size - 1 :: LINE.size]
    whole = commas.count(b",") == directory.count(b",") == n == ends.count(b"\n") == directory.count(b"\n")
    if (
        not whole
        or len(directory) != n * LINE.size
        or directory != directory.upper()
        or not directory.isascii()
    ):
        raise Refusal("BadCode", _NOT_NORMAL)
    classes = directory[CODE_LENGTH + 1 :: LINE.size]
    if sum(classes.count(class_.encode()) for class_ in ALL_CLASSES) != n:
        raise Refusal("BadClass", "名录中有无效的风险类别，应为 A、B、C、D 或“-”，请先规范名录再抽取。")


def check_codes(codes: Sequence[str]) -> None:
    """Refusal BadCode unless each is 18 ASCII characters in capitals."""
    joined = "".join(codes)
    if set(map(len, codes)) - {CODE_LENGTH} or not joined.isascii() or joined != joined.upper():
        raise Refusal("BadCode", _NOT_NORMAL)
