"""What a plan notice says, field by field: the value, how sure it is, the raw text and the reason."""

import datetime as dt
from enum import StrEnum
from typing import Any, Generic, Self, TypeVar

from pydantic import BaseModel, ConfigDict, model_validator

from rules.plan.values import Frequency, Mode, OfficeLevel, Per, Ratio, Risk, RiskKind, Value, Window

__all__ = [
    "DocumentReading",
    "Field",
    "Flag",
    "Frequency",
    "Mode",
    "OfficeLevel",
    "Per",
    "PlanReading",
    "Ratio",
    "Risk",
    "RiskKind",
    "RowFields",
    "RowReading",
    "Status",
    "Window",
    "inferred",
    "read",
    "unknown",
]


class Status(StrEnum):
    """How a value was come by (读取状态); whatever is not READ waits for a person."""

    READ = "read"
    INFERRED = "inferred"
    UNKNOWN = "unknown"

    @property
    def label(self) -> str:
        """The Chinese word."""
        return {"read": "原文", "inferred": "推断", "unknown": "不明"}[self.value]


class Flag(StrEnum):
    """Something about a row that a person should look at (存疑标记); the values are a stable interface."""

    SEQ_INFERRED = "seq inferred"
    SEQ_REPEATED = "seq repeated"
    SEQ_MISSING_BEFORE = "seq missing before"
    SHIFTED = "shifted"
    CONTINUED = "continued on another line"
    SPLIT = "two rows on one line"
    MERGED = "merged block"
    REGION_INFERRED = "region inferred"
    OTHER_ROWS_TEXT = "another row's text"
    ITEMS_AGAINST_SCOPE = "items against scope"
    EXCHANGED = "items and scope exchanged"
    OTHER_TERRITORY = "scope in another territory"
    OTHER_YEAR = "window in another year"
    INITIATOR_IS_PARTNER = "initiator among partners"
    UNREADABLE = "cell not understood"

    @property
    def label(self) -> str:
        """The Chinese words."""
        return _FLAG_LABELS[self]


_FLAG_LABELS = {
    Flag.SEQ_INFERRED: "序号系推断",
    Flag.SEQ_REPEATED: "序号重复",
    Flag.SEQ_MISSING_BEFORE: "此行之前缺号",
    Flag.SHIFTED: "整行错位",
    Flag.CONTINUED: "一行分列多行",
    Flag.SPLIT: "两行并作一行",
    Flag.MERGED: "合并单元格",
    Flag.REGION_INFERRED: "区域系推断",
    Flag.OTHER_ROWS_TEXT: "疑为他行文字",
    Flag.ITEMS_AGAINST_SCOPE: "事项与对象不符",
    Flag.EXCHANGED: "事项与对象疑互换",
    Flag.OTHER_TERRITORY: "对象不在本辖区",
    Flag.OTHER_YEAR: "时间不在计划年度",
    Flag.INITIATOR_IS_PARTNER: "发起部门又列为配合部门",
    Flag.UNREADABLE: "单元格看不懂",
}

T = TypeVar("T")


class Field(BaseModel, Generic[T]):
    """One value with its evidence; `value` is None exactly when the status is unknown.

    `raw` is the cell's text untouched, `why` Chinese words (empty for a plain reading),
    `confidence` a share of 1.
    """

    model_config = ConfigDict(frozen=True)

    value: T | None
    status: Status
    raw: str = ""
    why: str = ""
    confidence: float = 1.0

    @model_validator(mode="after")
    def _null_is_unknown(self) -> Self:
        if (self.value is None) != (self.status is Status.UNKNOWN):
            raise ValueError("value is null exactly when the status is unknown")
        return self

    def to_json(self) -> dict[str, Any]:
        """The interface's four keys."""
        value: Any = self.value
        if isinstance(value, BaseModel):
            value = value.model_dump(mode="json")
        elif isinstance(value, dt.date):
            value = value.isoformat()
        elif isinstance(value, tuple):
            value = list(value)
        return {"value": value, "status": self.status.value, "raw": self.raw, "why": self.why}


def read(value: T, raw: str = "") -> Field[T]:
    """Plain in its own cell."""
    return Field[T](value=value, status=Status.READ, raw=raw)


def inferred(value: T, raw: str, why: str, confidence: float = 0.9) -> Field[T]:
    """Proposed, with the reason and the source."""
    return Field[T](value=value, status=Status.INFERRED, raw=raw, why=why, confidence=round(confidence, 2))


def unknown(raw: str, why: str) -> Field[Any]:
    """Nothing that one could answer for."""
    return Field[Any](value=None, status=Status.UNKNOWN, raw=raw, why=why, confidence=0.0)


class DocumentReading(Value):
    """What the prose around the table says; never taken from the table.

    `result_days` are working days; `result_from` says from what and for which acts,
    `class_use` is the share of draws that must use the classes, in percent.
    """

    number: Field[str]
    office: Field[str]
    title: Field[str]
    year: Field[int]
    date: Field[dt.date]
    report_by: Field[dt.date]
    result_days: Field[int]
    min_count: Field[int]
    basis: Field[str]
    report_to: Field[str]
    result_from: Field[str]
    class_use: Field[str]

    def to_json(self) -> dict[str, Any]:
        """The interface's eight fields."""
        names = ("number", "office", "title", "year", "date", "report_by", "result_days", "min_count")
        return {name: getattr(self, name).to_json() for name in names}


Departments = tuple[str, ...]


class RowFields(Value):
    """The eleven fields of a plan row; `initiator` is a tuple where the cell names several."""

    name: Field[str]
    items: Field[str]
    scope: Field[str]
    smart: Field[str]
    ratio: Field[Ratio]
    frequency: Field[Frequency]
    window: Field[Window]
    risk: Field[Risk]
    initiator: Field[str | Departments]
    partners: Field[Departments]
    mode: Field[Mode]

    def each(self) -> list[tuple[str, Field[Any]]]:
        """Names and fields in the interface's order."""
        return [(name, getattr(self, name)) for name in type(self).model_fields]


class RowReading(Value):
    """One plan row; `line` is where it starts in the file, counted from 1."""

    seq: str
    region: str | None
    line: int
    flags: list[str]
    fields: RowFields

    def to_json(self, document: DocumentReading) -> dict[str, Any]:
        """One object of the line interface."""
        return {
            "document": document.to_json(),
            "seq": self.seq,
            "region": self.region,
            "line": self.line,
            "flags": list(self.flags),
            "fields": {name: field.to_json() for name, field in self.fields.each()},
        }


class PlanReading(Value):
    """A whole notice."""

    document: DocumentReading
    rows: list[RowReading]
