"""Keys of a notice's rows: the printed number, told apart where a sequence begins anew (行的编号)."""

from collections.abc import Sequence

from rules.plan.reading import RowReading

_ANEW = 2


def row_keys(rows: Sequence[RowReading]) -> list[str]:
    """One key a row, none twice: 1, 2, 3; a sequence that begins anew is 2-1, 2-2; a mere double is 12-2."""
    keys: list[str] = []
    used: set[str] = set()
    seen: set[str] = set()
    block = 1
    for row, before in zip(rows, [None, *rows], strict=False):
        if row.seq in seen and before is not None and _begins_anew(row, before):
            block, seen = block + 1, set()
        seen.add(row.seq)
        stem = row.seq if block == 1 else f"{block}-{row.seq}"
        key, times = stem, 1
        while key in used:
            times += 1
            key = f"{stem}-{times}"
        used.add(key)
        keys.append(key)
    return keys


def _begins_anew(row: RowReading, before: RowReading) -> bool:
    low = row.seq.isdigit() and int(row.seq) <= _ANEW
    return low or row.region != before.region
