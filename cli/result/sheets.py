"""The sheets of visits and results: their columns, and rows read into the papers' lines."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Generic, TypeVar

from pydantic import BaseModel, ValidationError

from adapters.result_sheets import Column, SheetRow
from cli.given import chosen, day_of
from models.papers import ProposedDisposal, ResultLine, VisitLine
from rules.disposal import DisposalKind
from rules.refusal import Refusal
from rules.register_rows import Fault
from rules.results import (
    PROBLEM_CATEGORIES,
    Category,
    Method,
    Signature,
    SubjectFact,
    check_categories,
    check_followed_up,
)

L = TypeVar("L", bound=BaseModel)
MOST_CATEGORIES = 3
_CATEGORIES = tuple(f"category{number}" for number in range(1, MOST_CATEGORIES + 1))
_DISPOSALS = ("disposal", "disposal2", "disposal3")
_TRANSFERS = frozenset({DisposalKind.TRANSFER, DisposalKind.TRANSFER_JUSTICE})

_KEYS = (
    Column("visit", "检查编号", 36, locked=True, required=True),
    Column("code", "统一社会信用代码", 22, locked=True),
    Column("name", "检查对象", 30, locked=True),
)


def result_columns(departments: Sequence[str]) -> tuple[Column, ...]:
    """The result sheet: a row per visit and item; `departments` may receive a transfer or own a follow-up."""
    categories = tuple(category.label for category in Category)
    kinds = tuple(kind.label for kind in DisposalKind)
    return (
        *_KEYS,
        Column("completed_on", "检查完成日", 12, locked=True),
        Column("item", "事项编号", 12, locked=True, required=True),
        Column("item_name", "抽查事项", 30, locked=True),
        Column("category1", "检查结果", 34, choices=categories, required=True),
        Column("category2", "检查结果（二）", 20, choices=categories),
        Column("category3", "检查结果（三）", 20, choices=categories),
        Column("finding", "发现的问题", 40),
        Column("disposal", "处置方式", 16, choices=kinds),
        Column("disposal2", "处置方式（二）", 16, choices=kinds),
        Column("disposal3", "处置方式（三）", 16, choices=kinds),
        Column("period_days", "整改期限（自然日）", 12),
        Column("receiver", "移送接收部门", 24, choices=tuple(departments)),
        Column("owner", "处置责任部门", 24, choices=tuple(departments)),
        Column("not_checked", "未检查理由", 24),
        Column("method", "检查方式", 14, choices=tuple(method.label for method in Method)),
    )


def visit_columns() -> tuple[Column, ...]:
    """The visit sheet: a row per visit to be recorded."""
    return (
        *_KEYS,
        Column("address", "地址", 30, locked=True),
        Column("last_day", "检查截止日", 12, locked=True),
        Column("completed_on", "检查完成日", 14, required=True),
        Column("method", "检查方式", 14, choices=tuple(method.label for method in Method)),
        Column("officers", "在场执法人员证号", 34, required=True),
        Column("fact", "对象情况", 12, choices=tuple(fact.label for fact in SubjectFact)),
        Column("opinion", "当事人意见", 24),
        Column("signature", "当事人签字", 12, choices=tuple(one.label for one in Signature)),
        Column("witness", "见证人", 16),
        Column("note", "备注", 30),
    )


@dataclass(frozen=True)
class RowFault:
    """What is wrong with one field of one row."""

    row: int
    fault: Fault

    def view(self, file: str) -> dict[str, object]:
        """File, row, field, remedy."""
        return {"file": file, "row": self.row, "field": self.fault.field, "remedy": self.fault.remedy}

    def words(self, file: str) -> str:
        """The same in one line."""
        return self.fault.words(file, self.row)


@dataclass
class Understood(Generic[L]):
    """The lines of a sheet with their row numbers, and what could not be understood."""

    lines: list[tuple[int, L]] = field(default_factory=list)
    faults: list[RowFault] = field(default_factory=list)
    faulty_visits: set[str] = field(default_factory=set)

    def refuse(self, row: int, visit: str, field_: str, remedy: str) -> None:
        """Note a fault; nothing of its visit goes through, for all its items come together."""
        self.faults.append(RowFault(row, Fault(field_, remedy)))
        self.faulty_visits.add(visit)

    def sound(self) -> list[tuple[int, L]]:
        """The lines of the visits that are without fault."""
        return [
            (row, line) for row, line in self.lines if getattr(line, "visit", "") not in self.faulty_visits
        ]


def understand_results(
    rows: Sequence[SheetRow], departments: Mapping[str, str], columns: Sequence[Column]
) -> Understood[ResultLine]:
    """Rows of a result sheet as lines; `departments` resolves names, aliases and ids of receivers."""
    return _understand(rows, columns, lambda cells: _result_line(cells, departments))


def understand_visits(rows: Sequence[SheetRow], columns: Sequence[Column]) -> Understood[VisitLine]:
    """Rows of a visit sheet as lines; a row whose day of completion is blank is not done yet."""
    done = [row for row in rows if row.cells.get("completed_on")]
    return _understand(done, columns, _visit_line)


class _Wrong(Exception):  # noqa: N818 - a fault of one cell, on its way to its row
    def __init__(self, name: str, remedy: str) -> None:
        super().__init__(remedy)
        self.name = name
        self.remedy = remedy


def _understand(
    rows: Sequence[SheetRow], columns: Sequence[Column], read: Callable[[Mapping[str, str]], L]
) -> Understood[L]:
    headers = {column.name: column.header for column in columns}
    found: Understood[L] = Understood()
    for row in rows:
        try:
            found.lines.append((row.number, read(row.cells)))
        except _Wrong as wrong:
            found.refuse(row.number, row.cells.get("visit", ""), headers[wrong.name], wrong.remedy)
        except ValidationError as error:
            name = str(error.errors()[0]["loc"][0])
            found.refuse(
                row.number, row.cells.get("visit", ""), headers.get(name, name), "填写不合要求，请更正"
            )
    return found


def _result_line(cells: Mapping[str, str], departments: Mapping[str, str]) -> ResultLine:
    for name in ("visit", "item"):
        if not cells.get(name):
            raise _Wrong(name, "不能为空，请勿改动检查编号和事项编号")
    not_checked, method = cells.get("not_checked", ""), cells.get("method", "")
    categories = () if not_checked else _categories(cells)
    problem = any(category in PROBLEM_CATEGORIES for category in categories)
    finding = cells.get("finding", "")
    if problem and not finding:
        raise _Wrong("finding", "检查结果为存在问题的，须写明发现的问题")
    disposal = _disposal(cells, departments)
    if disposal is not None and not problem:
        raise _Wrong("disposal", "未发现问题的不填处置方式，请删去")
    if disposal is None:
        _in("disposal", lambda: check_followed_up(categories))
    if not_checked and any(cells.get(name) for name in (*_CATEGORIES, "finding")):
        raise _Wrong("not_checked", "填了未检查理由的，不能同时填写检查结果，请删去其一")
    return ResultLine(
        visit=cells["visit"],
        item=cells["item"],
        categories=categories,
        finding=finding,
        disposal=disposal,
        not_checked=not_checked,
        method=_in("method", lambda: chosen(Method, method)) if method else None,
    )


def _categories(cells: Mapping[str, str]) -> tuple[Category, ...]:
    # One cell may hold several, as sheets from elsewhere have them.
    texts = [
        (name, text)
        for name in _CATEGORIES
        for text in cells.get(name, "").replace(";", "；").split("；")
        if text.strip()
    ]
    found = [_in(name, partial(Category.from_label, text)) for name, text in texts]
    _in("category1", lambda: check_categories(found))
    return tuple(dict.fromkeys(found))


def _disposal(cells: Mapping[str, str], departments: Mapping[str, str]) -> ProposedDisposal | None:
    """The follow-ups of a row, the first with the others beside it; each cell goes where it belongs."""
    kinds = {name: cells[name] for name in _DISPOSALS if cells.get(name)}
    days, receiver, owner = (cells.get(name, "") for name in ("period_days", "receiver", "owner"))
    if not kinds:
        return None
    if "disposal" not in kinds:
        raise _Wrong(next(iter(kinds)), "只有一种处置方式的，请填在“处置方式”栏")
    if days and not (days.isdigit() and 1 <= int(days) <= 365):
        raise _Wrong("period_days", "须为1至365之间的天数")
    for name, text in (("receiver", receiver), ("owner", owner)):
        if text and text not in departments:
            raise _Wrong(name, f"没有部门“{text}”，请从下拉列表中选择")
    made = []
    for name, text in kinds.items():
        kind = _in(name, partial(chosen, DisposalKind, text))
        if kind in _TRANSFERS and not receiver:
            raise _Wrong("receiver", "移送的须写明接收部门")
        made.append(
            ProposedDisposal(
                kind=kind.value,
                period_days=int(days) if days and kind is DisposalKind.RECTIFY else None,
                receiver=departments[receiver] if kind in _TRANSFERS else None,
                owner=departments[owner] if owner and kind not in _TRANSFERS else None,
            )
        )
    if len({one.kind for one in made}) < len(made):
        raise _Wrong("disposal2", "同一种处置方式填了两次，请删去其一")
    return made[0].model_copy(update={"also": tuple(made[1:])})


def _visit_line(cells: Mapping[str, str]) -> VisitLine:
    if not cells.get("visit"):
        raise _Wrong("visit", "不能为空，请勿改动检查编号")
    officers = tuple(
        cells.get("officers", "").replace("、", " ").replace(",", " ").replace("，", " ").split()
    )
    if len(officers) < 2:
        raise _Wrong("officers", "须写明至少两名在场执法人员的证号，以顿号或空格分开")
    method = cells.get("method", "")
    fact, signature = cells.get("fact", ""), cells.get("signature", "")
    facts = {"subject_fact": _in("fact", lambda: chosen(SubjectFact, fact)).value} if fact else {}
    return VisitLine(
        visit=cells["visit"],
        completed_on=_in("completed_on", lambda: day_of(cells["completed_on"])),
        method=_in("method", lambda: chosen(Method, method)) if method else Method.ON_SITE,
        officers=officers,
        facts=facts | ({"note": cells["note"]} if cells.get("note") else {}),
        opinion=cells.get("opinion", ""),
        signature=_in("signature", lambda: chosen(Signature, signature)) if signature else None,
        witness=cells.get("witness", ""),
    )


V = TypeVar("V")


def _in(name: str, read: Callable[[], V]) -> V:
    """Read a cell; a refusal becomes the fault of that cell."""
    try:
        return read()
    except Refusal as refusal:
        raise _Wrong(name, refusal.words) from None
