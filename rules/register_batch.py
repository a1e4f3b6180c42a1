"""Rows read a column at a time (成批读取): each distinct cell is read once, with the rules of a single row."""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from enum import StrEnum
from itertools import groupby
from typing import Any, NamedTuple

from rules.register_columns import COLUMNS, Column, Register
from rules.register_fields import FieldFault
from rules.register_rows import KEYS, RawRow, RefusedRow, check_row, default_of, read_cell

Stored = str | int | None
"""A value as both databases hold it: dates as ISO text, lists as JSON text, enumerations by value."""

_KEPT = 10_000
"""Cells remembered per column: classes and days stay, names pass by."""
_FAULTY = object()


def stored(value: Any) -> Stored:
    """A field's value as it is stored."""
    match value:
        case StrEnum():
            return str(value.value)
        case date():
            return value.isoformat()
        case list():
            return json.dumps(value)
        case _:
            plain: str | int | None = value
            return plain


class Batch(NamedTuple):
    """Rows of one shape: the fields that they give, their values in that order, and where they stood."""

    fields: tuple[str, ...]
    rows: list[RawRow]
    values: list[tuple[Stored, ...]]

    def keys(self, names: Sequence[str]) -> list[str]:
        """Each row's key of one or more fields."""
        places = [self.fields.index(name) for name in names]
        if len(places) == 1:
            return [str(row[places[0]]) for row in self.values]
        return [" ".join(str(row[place]) for place in places) for row in self.values]

    def without(self, places: Collection[int]) -> "Batch":
        """The batch less the rows at some places."""
        kept = [place for place in range(len(self.rows)) if place not in places]
        return Batch(
            self.fields, [self.rows[place] for place in kept], [self.values[place] for place in kept]
        )


class BatchReader:
    """Reads the rows of one file as `check_row` reads one; it keeps no more than `_KEPT` cells a column."""

    def __init__(self, register: Register, departments: Mapping[str, str]) -> None:
        self._register = register
        self._departments = departments
        self._cells = {one.name: _Cells(one, departments) for one in COLUMNS[register]}

    def read(self, rows: Sequence[RawRow]) -> tuple[list[Batch], list[RefusedRow]]:
        """The sound rows, a batch for each run of one shape, and the others with all their faults."""
        batches, refused = [], []
        for _, run in groupby(rows, key=lambda row: id(row.places)):
            batch, faulty = self._read(list(run))
            batches.append(batch)
            refused += faulty
        return batches, refused

    def _read(self, run: list[RawRow]) -> tuple[Batch, list[RefusedRow]]:
        places = run[0].places
        refused = [RefusedRow(row, (row.fault,)) for row in run if row.fault is not None]
        if refused:
            run = [row for row in run if row.fault is None]
        fields = tuple(one.name for one in COLUMNS[self._register] if one.name in places)
        if not set(KEYS[self._register]) <= set(fields):
            return Batch(fields, [], []), [*refused, *(self._refuse(row) for row in run)]
        width = max(places.values()) + 1
        columns = list(zip(*(_padded(row.cells, width) for row in run), strict=False)) or [()] * width
        for name in fields:
            self._cells[name].faults = 0
        read = [list(map(self._cells[name].__getitem__, columns[places[name]])) for name in fields]
        values = list(zip(*read, strict=True))
        if any(self._cells[name].faults for name in fields):
            sound = [not any(value is _FAULTY for value in row) for row in values]
            refused += [self._refuse(row) for row, good in zip(run, sound, strict=True) if not good]
            values = [row for row, good in zip(values, sound, strict=True) if good]
            run = [row for row, good in zip(run, sound, strict=True) if good]
        return Batch(fields, run, values), refused

    def _refuse(self, row: RawRow) -> RefusedRow:
        faults = check_row(self._register, row.values, self._departments)
        if not isinstance(faults, tuple):
            raise TypeError("what one reading refuses the other does")
        return RefusedRow(row, faults)


class _Cells(dict[str, Any]):
    """What each cell of a column reads as; faults are not remembered, so that each is counted."""

    def __init__(self, column: Column, departments: Mapping[str, str]) -> None:
        super().__init__()
        self.faults = 0
        self._column = column
        self._departments = departments

    def __missing__(self, text: str) -> Any:
        try:
            value = stored(read_cell(self._column, text, self._departments))
        except FieldFault:
            self.faults += 1
            return _FAULTY
        if len(self) >= _KEPT:
            self.clear()
        self[text] = value
        return value


def _padded(cells: Sequence[str], width: int) -> Sequence[str]:
    return cells if len(cells) >= width else [*cells, *[""] * (width - len(cells))]


def defaults(register: Register, given: Collection[str]) -> dict[str, Stored]:
    """What a new record has in the columns that a file lacks."""
    return {one.name: stored(default_of(one)) for one in COLUMNS[register] if one.name not in given}
