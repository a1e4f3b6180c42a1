"""Contradictions within a row: another row's text, items against scope, a scope in another territory."""

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence

from rules.plan.columns import TEXTS, Column
from rules.plan.competence import speaks_of
from rules.plan.departments import prefix_of, split
from rules.plan.raw import RawRow
from rules.plan.reading import DocumentReading, Flag, OfficeLevel, RowFields
from rules.plan.words import compact

_LOOKED_AT = 8
_GENERIC = re.compile(
    r"检查|抽查|监督|管理|情况|企业|单位|经营|生产|双随机|随机|全市|全县|全区|全省|本辖区|辖区内|辖区|联合|部门|对|的|行业|"
    r"机构|相关|各类|活动|从业|执法|执行|落实|行政|[\W\d_A-Za-z]"
)


def _pairs(text: str) -> frozenset[str]:
    parts = _GENERIC.sub(" ", compact(text)).split()
    return frozenset(part[i : i + 2] for part in parts for i in range(len(part) - 1))


def foreign_texts(rows: Sequence[RawRow]) -> dict[tuple[int, Column], str]:
    """Cells whose text is another row's: the same words there, and far more akin to that row."""
    words = [{column: _pairs(row.cell(column)) for column in TEXTS} for row in rows]
    weight = _rarity(words)
    owners: dict[str, list[tuple[int, Column]]] = {}
    for i, row in enumerate(rows):
        for column in TEXTS:
            text = compact(row.cell(column))
            if len(text) >= 4:
                owners.setdefault(text, []).append((i, column))
    out: dict[tuple[int, Column], str] = {}
    for i, row in enumerate(rows):
        for column in (*TEXTS, Column.RISK):
            others = [(o, at) for o, at in owners.get(compact(row.cell(column)), ()) if o != i]
            own = _kinship(words[i], column, weight) if column in TEXTS else 0.0
            for other, at in others[:_LOOKED_AT]:
                theirs = _kinship(words[other], at, weight)
                if (
                    column is Column.RISK
                    or theirs > 2 * own + 0.5
                    or (theirs >= own and _of_other_trade(row, rows[other], column))
                ):
                    out[i, column] = f"与序号{rows[other].seq}的{at.label}文字相同，而与本行无关"
                    break
    return out


def _of_other_trade(row: RawRow, other: RawRow, column: Column) -> bool:
    """Whether a cell speaks of the other row's initiator's trade and not of its own initiator's."""
    own, theirs = (split(r.cell(Column.INITIATOR)).names[:1] for r in (row, other))
    if not own or not theirs or own == theirs:
        return False
    text = row.cell(column)
    return speaks_of(text, theirs[0]) is True and speaks_of(text, own[0]) is False


def _rarity(words: Sequence[Mapping[Column, frozenset[str]]]) -> dict[str, float]:
    counts = Counter(pair for row in words for pair in frozenset().union(*row.values()))
    return {pair: math.log(1 + len(words) / count) for pair, count in counts.items()}


def _kinship(words: Mapping[Column, frozenset[str]], of: Column, weight: Mapping[str, float]) -> float:
    """How much a cell shares with the other texts of its row, rare words counting more."""
    others = frozenset().union(*(pairs for column, pairs in words.items() if column is not of))
    return sum(weight[pair] for pair in words[of] & others)


def flag_siblings(rows: Sequence[RawRow]) -> dict[tuple[int, Column], str]:
    """Rows of near-equal names whose scope speaks of the sibling's subject instead of its own.

    Flags them; returns those whose scope is the sibling's word for word.
    """
    out: dict[tuple[int, Column], str] = {}
    names = [_pairs(row.cell(Column.NAME)) for row in rows]
    scopes = [_pairs(row.cell(Column.SCOPE)) for row in rows]
    for i, row in enumerate(rows):
        for j in range(max(0, i - 6), min(len(rows), i + 7)):
            both = names[i] & names[j]
            if i == j or not both or len(both) * 5 < min(len(names[i]), len(names[j])) * 2:
                continue
            theirs = (names[j] - names[i]) & scopes[j]
            if scopes[i] & theirs and not scopes[i] & (names[i] - names[j]):
                row.flag(Flag.ITEMS_AGAINST_SCOPE, f"scope speaks of seq {rows[j].seq}")
                if compact(row.cell(Column.SCOPE)) == compact(rows[j].cell(Column.SCOPE)):
                    out[i, Column.SCOPE] = f"与序号{rows[j].seq}的对象文字相同，说的是那一行的对象"
                break
    return out


_SUBJECT = re.compile(
    r"(?:企业|单位|机构|学校|场所|经营者|[户店站厂园馆院所社库矿厅者场业点]|公司|项目|主体|超市|市场|组织|中心|人员|车辆|产品|团体|会)"
    r"(?:\([^()]*\))?$"
)
_ACTIVITY = re.compile(r"检查|情况|是否|监管|监督|抽查|执行|落实|核查|管理$|资质$")


_EVERYBODY = re.compile(r"全[省市县区](?!域)|本?辖区")


def exchanged(items: str, scope: str) -> bool:
    """Whether the items name subjects and the scope names what is checked."""
    items, scope = compact(items).rstrip("。;"), compact(scope).rstrip("。;")
    if _EVERYBODY.match(items) and scope.startswith("对") and not _EVERYBODY.match(scope):
        return True
    named = _SUBJECT.search(items) or re.match(r"全[省市县区]|本?辖区|各类|所有", items)
    return bool(
        named and not _ACTIVITY.search(items) and _ACTIVITY.search(scope) and not _SUBJECT.search(scope)
    )


_WHOLE = re.compile(r"^(?:本)?全(省|市|县|区)(?!域)")
_PLACE = re.compile(r"[\u4e00-\u9fff]{2,6}?(省|市|县|区)")
_LEVELS = {
    "省": OfficeLevel.PROVINCE,
    "市": OfficeLevel.CITY,
    "县": OfficeLevel.COUNTY,
    "区": OfficeLevel.COUNTY,
}


def place_of(document: DocumentReading) -> str | None:
    """The place that the office or the title names."""
    for text in (document.office.value, document.title.value):
        found = re.match(
            r"(?:.*?关于(?:印发|下发|公布|做好)?[《]?)?([\u4e00-\u9fff]{2,6}?(?:省|市|县|区))", text or ""
        )
        if found:
            return found[1]
    return None


def flag_territory(row: RawRow, fields: RowFields, place: str | None) -> None:
    """全区 in a city's plan, where neither the region, the initiator nor the mode makes sense of it."""
    found = _WHOLE.match(compact(row.cell(Column.SCOPE)))
    if not found or place is None or place.endswith(found[1]):
        return
    level = found[1]
    if row.region and row.region.rstrip("）)").endswith((level, level + "本级", level + "直")):
        return
    names = split(row.cell(Column.INITIATOR)).names
    if any(prefix_of(name).endswith(level) and prefix_of(name) != place for name in names):
        return
    mode = fields.mode.value
    if mode is not None and _LEVELS[level] in (mode.draw, mode.check):
        return
    row.flag(Flag.OTHER_TERRITORY, f"全{level}")


def flag_departments(row: RawRow, fields: RowFields) -> None:
    """The initiator stands among its own partners."""
    names = fields.initiator.value
    leads = (names,) if isinstance(names, str) else names or ()
    if set(leads) & set(fields.partners.value or ()):
        row.flag(Flag.INITIATOR_IS_PARTNER)


def flag_year(row: RawRow, year: int | None) -> None:
    """The window prints another year than the plan's."""
    printed = set(re.findall(r"20\d\d(?=年|[./-])", compact(row.cell(Column.WINDOW))))
    if year is not None and printed and printed != {str(year)}:
        row.flag(Flag.OTHER_YEAR, "、".join(sorted(printed)))
