"""A list drawn by the level above, read from its file: every row checked, none left out silently (收到的名单)."""

import hashlib
from pathlib import Path

from adapters.register_files import RegisterFile
from cli.given import day_of, read_bytes
from models.papers import DrawnAbove
from rules.refusal import Refusal
from rules.register_columns import Register
from rules.register_fields import FieldFault, subject_code

_SHOWN = 5


def read_received(
    file: Path, record: Path | None, issuer: str | None, number: str | None, drawn_on: str | None
) -> DrawnAbove:
    """The list as a paper; refuses `ReceivedIncomplete`, and `RowsRefused` with file, row and remedy."""
    if record is None or not issuer or not number or not drawn_on:
        raise Refusal(
            "ReceivedIncomplete",
            "凭上级名单发起须写明 --record 抽取记录文件、--issuer 抽取机关、--number 文号、--drawn-on 抽取日期",
        )
    codes: list[str] = []
    faults: list[str] = []
    for row in RegisterFile(file, Register.SUBJECTS):
        try:
            codes.append(subject_code(row.values.get("code", "")))
        except FieldFault as fault:
            faults.append(f"{file.name} 第{row.number}行：{fault}")
    if faults or not codes:
        shown = "；".join(faults[:_SHOWN]) or f"{file.name} 中没有检查对象"
        raise Refusal("RowsRefused", f"名单有误，请向上级核对后重新提交：{shown}")
    return DrawnAbove(
        issuer=issuer,
        number=number,
        drawn_on=day_of(drawn_on),
        record_sha256=hashlib.sha256(read_bytes(record)).hexdigest(),
        file_sha256=hashlib.sha256(read_bytes(file)).hexdigest(),
        codes=tuple(codes),
    )
