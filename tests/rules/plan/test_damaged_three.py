"""The three notices' own rows, printed anew with damages: nothing wrong is called read."""

import copy
import random
from collections import Counter
from pathlib import Path

import pytest

from adapters.plan_files import read_plan
from rules.plan.reader import read_lines
from tests.rules.plan.damaged import FIELDS, reprint
from tests.rules.plan.truth import Row

PLANS = Path(__file__).resolve().parents[3] / "examples" / "plans"
_COLUMNS = {
    "name": "name",
    "items": "items",
    "scope": "scope",
    "ratio": "ratio",
    "smart": "risk",
    "window": "window",
    "initiator": "initiator",
    "partners": "partners",
    "mode": "mode",
}


def _plain_rows(name: str) -> list[Row]:
    """The rows that are plainly read, as cells and truth."""
    reading = read_plan(PLANS / f"{name}.md")
    out: list[Row] = []
    for row in reading.rows:
        fields = row.to_json(reading.document)["fields"]
        if row.flags or any(field["status"] != "read" for key, field in fields.items() if key != "mode"):
            continue
        cells = {column: fields[key]["raw"] for key, column in _COLUMNS.items()}
        out.append(Row(0, cells, {key: field["value"] for key, field in fields.items()}))
    return out


@pytest.mark.parametrize("name", ["yangcheng-2024", "lvliang-2023", "gaoping-2023"])
def test_damaged_rows_of_a_real_notice_are_never_read_wrong(name: str) -> None:
    """Forty printings of thirty rows each, up to eight damages in one."""
    rows = _plain_rows(name)
    columns = [column for column in _COLUMNS.values() if column != "mode" or name == "yangcheng-2024"]
    wrong, counts = [], Counter[tuple[str, bool]]()
    for seed in range(40):
        r = random.Random(seed)
        start = r.randrange(len(rows) - 20)
        made = reprint(r, copy.deepcopy(rows[start : start + 30]), ["seq", *columns], damages=seed % 9)
        reading = read_lines(made.lines)
        assert [str(row.seq) for row in made.rows] == [row.seq for row in reading.rows]
        for row, found in zip(made.rows, reading.rows, strict=True):
            fields = found.to_json(reading.document)["fields"]
            for key in (key for column in made.columns for key in FIELDS.get(column, ())):
                right = row.truth[key] == fields[key]["value"]
                counts[fields[key]["status"], right] += 1
                if fields[key]["status"] == "read" and not right:
                    wrong.append((seed, row.seq, key, fields[key]["value"]))
    assert [] == wrong
    assert counts["inferred", True] >= 9 * counts["inferred", False]
