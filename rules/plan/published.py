"""The published text of a plan's version (采用文本): tables that print every cell, read back to the same.

Its lines stand for themselves: nothing is merged, nothing is continued, a blank cell is empty. The text
says so in a sentence of its own, and a reader that finds the sentence reads cell by cell.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rules.plan.grid import Line
from rules.plan.printed import print_value, read_printed
from rules.plan.reading import DocumentReading, Field, PlanReading, RowFields, RowReading, read, unknown
from rules.plan.words import clean

SENTENCE = "本表为采用文本：每行独立成行，无合并单元格，空格即无内容。"
NOTICE_LABELS: Mapping[str, str] = {
    "number": "文号",
    "office": "发文机关",
    "title": "标题",
    "year": "年度",
    "date": "成文日期",
    "report_by": "报送截止",
    "result_days": "录入期限（工作日）",
    "min_count": "最少户数",
    "basis": "依据文件",
    "report_to": "报送对象",
    "result_from": "录入期限起算",
    "class_use": "采用信用风险分类的比例（%）",
}
"""The notice's own fields, in the order in which they are printed."""
_SEQ, _REGION = "序号", "区域"
_FIELDS: Mapping[str, str] = {
    "name": "抽查任务名称",
    "items": "抽查事项",
    "scope": "抽查对象范围",
    "ratio": "抽查比例",
    "frequency": "抽查频次",
    "smart": "智慧监管要求",
    "risk": "信用风险分类要求",
    "window": "抽查起止时间",
    "initiator": "发起部门",
    "partners": "配合部门",
    "mode": "抽查检查模式",
}
HEADER = (_SEQ, _REGION, *_FIELDS.values())
_TYPES: Mapping[str, Any] = {"year": int, "result_days": int, "min_count": int}
_DATES = ("date", "report_by")
_NOT_STATED = "正文没有载明"


@dataclass(frozen=True)
class PublishedRow:
    """A row of a published text: its key, its region ('' where the plan has none), its values as JSON."""

    seq: str
    region: str
    values: Mapping[str, Any]


def notice_lines(notice: Mapping[str, Any], version: int) -> list[str]:
    """The prose before the table: each known field of the notice on a line of its own."""
    known = [
        f"{label}：{notice[name]}"
        for name, label in NOTICE_LABELS.items()
        if notice.get(name) not in (None, "")
    ]
    return [*known, f"版本：第{version}版", SENTENCE]


def cells(row: PublishedRow) -> list[str]:
    """A row's cells under `HEADER`; the risk column prints only what the words do not say."""
    out = {name: print_value(name, row.values.get(name)) for name in _FIELDS}
    said = read_printed("risk", out["smart"])
    same = said.value is not None and said.to_json()["value"] == row.values.get("risk")
    out["risk"] = "" if same else out["risk"] or "无"
    return [row.seq, row.region, *out.values()]


def markdown(notice: Mapping[str, Any], version: int, rows: Sequence[PublishedRow]) -> str:
    """The text as Markdown."""
    table = [HEADER, ["---"] * len(HEADER), *(cells(row) for row in rows)]
    body = ["| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in table]
    return "\n\n".join(notice_lines(notice, version)) + "\n\n" + "\n".join(body) + "\n"


def is_published(lines: Sequence[Line]) -> bool:
    """Whether the lines are such a text: its sentence stands alone on a line."""
    return any(SENTENCE in line.text and clean(line.text) == SENTENCE for line in lines)


def read_published(lines: Sequence[Line]) -> PlanReading:
    """The reading of a published text; rows whose header is not ours are left out."""
    prose: dict[str, str] = {}
    rows: list[RowReading] = []
    labels = {label: name for name, label in NOTICE_LABELS.items()}
    header: tuple[str, ...] | None = None
    for line in lines:
        texts = tuple(clean(cell) for cell in line.cells)
        if header is None and set(HEADER) <= set(texts):
            header = texts
        elif header is None:
            label, mark, value = line.text.strip().partition("：")
            if mark and label in labels:
                prose.setdefault(labels[label], clean(value))
        elif any(texts) and set("".join(texts)) != {"-"}:
            rows.append(_row(dict(zip(header, line.cells, strict=False)), line.number))
    return PlanReading(document=_document(prose), rows=rows)


def _row(by_header: Mapping[str, str], line: int) -> RowReading:
    fields: dict[str, Field[Any]] = {
        name: read_printed(name, by_header.get(title, "")) for name, title in _FIELDS.items()
    }
    if not clean(by_header.get(_FIELDS["risk"], "")):
        fields["risk"] = read_printed("risk", by_header.get(_FIELDS["smart"], ""))
    for name in ("name", "items", "scope"):
        if not fields[name].value:
            fields[name] = unknown(fields[name].raw, "单元格为空")
    region = clean(by_header.get(_REGION, ""))
    return RowReading(
        seq=clean(by_header.get(_SEQ, "")),
        region=region or None,
        line=line,
        flags=[],
        fields=RowFields(**fields),
    )


def _document(prose: Mapping[str, str]) -> DocumentReading:
    return DocumentReading(**{name: _stated(name, prose.get(name, "")) for name in NOTICE_LABELS})


def _stated(name: str, text: str) -> Field[Any]:
    if not text:
        return unknown("", _NOT_STATED)
    try:
        value = dt.date.fromisoformat(text) if name in _DATES else _TYPES.get(name, str)(text)
    except ValueError:
        return unknown(text, "写法不合")
    return read(value, text)
