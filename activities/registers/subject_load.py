"""Subjects into their table, thousands at a time (检查对象成批入库): a million of them are one file."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from operator import itemgetter
from typing import Any

from sqlalchemy import JSON, Date, Text, cast
from sqlmodel import Session

from activities.registers.history import Former, keep
from activities.registers.tables import by_code, table_of
from adapters.bulk import insert_rows, update_rows
from models.base import opaque_ids
from models.registers import Subject
from rules.channel import LegalForm
from rules.register_batch import Batch, Stored, defaults
from rules.register_columns import COLUMNS, Register
from rules.register_rows import Fault, Record, RefusedRow, check_change, check_record

Values = tuple[Stored, ...]
NAMES = tuple(one.name for one in COLUMNS[Register.SUBJECTS])
_PLACE = {name: place for place, name in enumerate(NAMES)}
_CODE = _PLACE["code"]
_CHECKED = ("legal_form", "status", "status_date", "credit_class", "class_date", "trade_class", "trade_date")
"""What `check_record` looks at, beside the code's first two characters and whether name and kind are there."""
_KEPT = 10_000
"""Verdicts remembered: the combinations of forms, states, classes and their days."""


class SubjectLoad:
    """Brings batches of sound rows into the register of one office."""

    def __init__(self, office: str, today: date) -> None:
        self._office = office
        self._today = today
        self._verdicts: dict[Values, tuple[Fault, ...]] = {}
        self._changes: dict[Values, tuple[Fault, ...]] = {}

    def take(self, session: Session, batch: Batch) -> tuple[int, int, int, list[RefusedRow]]:
        """Write a batch whose codes differ: how many are new, changed, unchanged, and who is refused."""
        code = batch.fields.index("code")
        standing = self._standing(session, [row[code] for row in batch.values])
        whole = _completion(batch.fields)
        added: list[Values] = []
        changed: list[tuple[Values, date | None, Values]] = []
        refused: list[RefusedRow] = []
        unchanged = 0
        for raw, values in zip(batch.rows, batch.values, strict=True):
            held = standing.get(values[code])
            if held is None:
                record = whole(values, None)
                if faults := self._faults(record):
                    refused.append(RefusedRow(raw, faults))
                else:
                    added.append(record)
                continue
            former, since = held
            record = whole(values, former)
            if faults := self._faults(record) or self._backwards(former, record):
                refused.append(RefusedRow(raw, faults))
            elif record == former:
                unchanged += 1
            else:
                changed.append((former, since, record))
        self._add(session, added)
        self._change(session, changed)
        return len(added), len(changed), unchanged, refused

    def _standing(self, session: Session, codes: Sequence[Any]) -> dict[Stored, tuple[Values, date | None]]:
        """What stands under the codes, as it is stored, and since when."""
        table = table_of(Subject)
        columns = [cast(table.c[name], Text) if _typed(name) else table.c[name] for name in NAMES]
        rows = session.execute(by_code(session, table, self._office, [*columns, table.c.since], codes))
        return {row[_CODE]: (tuple(row[:-1]), row[-1]) for row in rows}

    def _faults(self, record: Values) -> tuple[Fault, ...]:
        verdict = _signature(record)
        found = self._verdicts.get(verdict)
        if found is None:
            if len(self._verdicts) >= _KEPT:
                self._verdicts.clear()
            found = check_record(Register.SUBJECTS, restored(record), ())
            self._verdicts[verdict] = found
        return found

    def _backwards(self, former: Values, record: Values) -> tuple[Fault, ...]:
        days = (*_days(former), *_days(record))
        found = self._changes.get(days)
        if found is None:
            if len(self._changes) >= _KEPT:
                self._changes.clear()
            found = check_change(Register.SUBJECTS, restored(former), restored(record))
            self._changes[days] = found
        return found

    def _add(self, session: Session, added: Sequence[Values]) -> None:
        own = (self._office, self._today.isoformat())
        rows = [(id_, *own, *record) for id_, record in zip(opaque_ids(len(added)), added, strict=True)]
        insert_rows(session, "subject", ("id", "office", "since", *NAMES), rows)

    def _change(self, session: Session, changed: Sequence[tuple[Values, date | None, Values]]) -> None:
        former = [Former(str(held[_CODE]), since, restored(held)) for held, since, _ in changed]
        keep(session, self._office, Register.SUBJECTS, former, self._today)
        rest = itemgetter(*(place for place in range(len(NAMES)) if place != _CODE))
        day = self._today.isoformat()
        rows = [(self._office, record[_CODE], day, *rest(record)) for *_, record in changed]
        names = [name for name in NAMES if name != "code"]
        update_rows(session, "subject", ("office", "code"), ("since", *names), rows)


def restored(record: Values) -> Record:
    """A record of values as the rules look at it."""
    return {
        name: value if value is None or name not in _RESTORE else _RESTORE[name](value)
        for name, value in zip(NAMES, record, strict=True)
    }


def _typed(name: str) -> bool:
    return isinstance(table_of(Subject).c[name].type, Date | JSON)


def _completion(fields: Sequence[str]) -> Callable[[Values, Values | None], Values]:
    """What is given goes before what stands, that before the defaults."""
    if tuple(fields) == NAMES:
        return lambda values, _: values
    absent = defaults(Register.SUBJECTS, fields)
    fresh = tuple(absent.get(name) for name in NAMES)
    width = len(fields)
    pick = itemgetter(*(fields.index(n) if n in fields else width + _PLACE[n] for n in NAMES))
    return lambda values, former: pick(values + (fresh if former is None else former))


_pick_checked = itemgetter(*(_PLACE[name] for name in _CHECKED))
_days = itemgetter(_PLACE["class_date"], _PLACE["trade_date"])


def _signature(record: Values) -> Values:
    code, name, kind = record[_CODE], record[_PLACE["name"]], record[_PLACE["kind"]]
    return (str(code)[:2], not name, not kind, *_pick_checked(record))


_RESTORE: Mapping[str, Callable[[Any], Any]] = {
    "legal_form": LegalForm,
    **{name: date.fromisoformat for name in NAMES if isinstance(table_of(Subject).c[name].type, Date)},
    **{name: json.loads for name in NAMES if isinstance(table_of(Subject).c[name].type, JSON)},
}
