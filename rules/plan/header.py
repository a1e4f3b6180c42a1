"""A header's columns settled: doubles told apart, unknown or wrong labels corrected by the cells below."""

from collections import Counter
from collections.abc import Sequence

from rules.plan.columns import Column, Header
from rules.plan.looks import Look, look
from rules.plan.raw import RawRow
from rules.plan.regions import is_region
from rules.plan.words import clean, is_blank

_ROLES: dict[Look, tuple[tuple[Column, ...], ...]] = {
    Look.WINDOW: ((Column.WINDOW,),),
    Look.RATIO: ((Column.RATIO, Column.FREQUENCY), (Column.RATIO,), (Column.FREQUENCY,)),
    Look.RISK: ((Column.RISK,),),
    Look.MODE: ((Column.MODE,),),
    Look.DEPARTMENTS: ((Column.INITIATOR,), (Column.PARTNERS,)),
}
_TELLING = {column for roles in _ROLES.values() for role in roles for column in role}
_ENOUGH_CELLS = 3
_SHARE = 0.7


def settle_headers(rows: Sequence[RawRow]) -> None:
    """Correct the columns of rows whose header says nothing, or something that the cells contradict."""
    groups: dict[Header, list[RawRow]] = {}
    for row in rows:
        groups.setdefault(row.header, []).append(row)
    for header, members in groups.items():
        settled = _settled(header, members)
        if settled != header:
            for row in members:
                row.header = settled


def _settled(header: Header, rows: Sequence[RawRow]) -> Header:
    kinds = [_dominant(j, len(header), rows) for j in range(len(header))]
    columns = [
        (Column.OTHER,) if _contradicts(kind, group) else group
        for kind, group in zip(kinds, header, strict=True)
    ]
    if columns[0] == (Column.OTHER,) and _names_regions(rows):
        columns[0] = (Column.REGION,)
    order = [group for group in header if group in ((Column.INITIATOR,), (Column.PARTNERS,))]
    for j, kind in enumerate(kinds):
        if columns[j] != (Column.OTHER,) or kind is None:
            continue
        roles = _ROLES.get(kind, ())
        if kind is Look.DEPARTMENTS and order and order[0] == (Column.PARTNERS,):
            roles = roles[::-1]
        taken = {column for group in columns for column in group}
        columns[j] = next((role for role in roles if not taken & set(role)), columns[j])
    return _without_doubles(columns)


def _names_regions(rows: Sequence[RawRow]) -> bool:
    """Whether a first column without a label prints places and nothing else."""
    texts = [clean(row.cells[0]) for row in rows if row.cells and not is_blank(row.cells[0])]
    return bool(texts) and all(is_region(text) for text in texts)


def _dominant(j: int, width: int, rows: Sequence[RawRow]) -> Look | None:
    """What most of a column's cells look like, in rows that have all their cells."""
    kinds = Counter(look(row.cells[j]) for row in rows if len(row.cells) == width)
    del kinds[Look.BLANK]
    total = kinds.total()
    if total < _ENOUGH_CELLS:
        return None
    kind, count = kinds.most_common(1)[0]
    return kind if count >= _SHARE * total else None


def _contradicts(kind: Look | None, group: tuple[Column, ...]) -> bool:
    if kind is None or kind not in _ROLES or not _TELLING & set(group):
        return False
    return not any(set(role) & set(group) for role in _ROLES[kind])


def _without_doubles(columns: Sequence[tuple[Column, ...]]) -> Header:
    """Of two item columns without a task column the first names the task; other doubles keep the first."""
    out = list(columns)
    items = [j for j, group in enumerate(out) if group == (Column.ITEMS,)]
    if len(items) > 1 and not any(Column.NAME in group for group in out):
        out[items[0]] = (Column.NAME,)
    return tuple(out)
