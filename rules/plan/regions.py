"""Regions in a column of their own: printed once for all rows of a block, anywhere in it."""

import re
from collections.abc import Sequence

from rules.plan.columns import Column
from rules.plan.looks import seq_of
from rules.plan.raw import RawRow
from rules.plan.reading import Flag
from rules.plan.words import clean, compact, is_blank

_REGION = re.compile(r"^(?:[(（]?[一二三四五六七八九十\d]{1,3}[)）、.．]?)?\s*[^%，。；;]{1,16}$")
_REGION_END = re.compile(
    r"(?:省|市|县|区|州|旗|盟|镇|乡|街道|本级|直属|片区|园区|开发区|示范区|市直|县直|级)(?:\(.*\))?$"
)
TITLE = re.compile(r"计划|附件|清单|年度|制表|填报|合计|说明|备注|注[:：]|第\d+页|共\d+页")

PAGE_MARK = re.compile(r"-+\d{1,4}-+|第\d{1,4}页.*|\d{1,4}/\d{1,4}|Page\d+.*|\(?续表?\)?", re.IGNORECASE)


def is_region(text: str) -> bool:
    """A place's name, with or without a number before it; no title, no note."""
    plain = seq_of(text) is None and _REGION.match(text) and not TITLE.search(text)
    return bool(plain and _REGION_END.search(compact(text)))


def fill_regions(rows: Sequence[RawRow]) -> None:
    """Give each row of a table with a region column its region, flagged where it is not in its own cell."""
    members = [row for row in rows if row.index(Column.REGION) is not None]
    printed = [i for i, row in enumerate(members) if not is_blank(row.cell(Column.REGION))]
    names = {i: clean(members[i].cell(Column.REGION)) for i in printed}
    for i, row in enumerate(members):
        if i in names:
            row.region = names[i]
            continue
        row.flag(Flag.REGION_INFERRED)
        above = max((k for k in printed if k < i), default=None)
        below = min((k for k in printed if k > i), default=None)
        source = _source(row, members, above, below, centred=bool(printed) and printed[0] > 0)
        row.region = names[source] if source is not None else None


def _source(
    row: RawRow, members: Sequence[RawRow], above: int | None, below: int | None, *, centred: bool
) -> int | None:
    """The printed region a row belongs to: named in its own cells, else by the table's way of printing."""
    if above is None or below is None:
        return below if above is None else above
    words = compact(" ".join(row.cells))
    upper, lower = (compact(members[k].cell(Column.REGION)) in words for k in (above, below))
    if upper != lower:
        return above if upper else below
    if not centred:
        return above
    # Texts in the middle of their blocks: the border lies about half-way between two of them.
    at = members.index(row)
    return above if at - above <= below - at else below
