"""Damaged notices: whatever the damage, no row is lost and nothing wrong is called read."""

import random
from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from rules.plan.reader import read_lines
from tests.rules.plan.damaged import FIELDS, Notice, notice

Verdict = tuple[str, bool, bool]


def _verdicts(made: Notice) -> list[tuple[str, str, Verdict]]:
    """For each cell: row, field, and (status, value right, cell damaged)."""
    reading = read_lines(made.lines)
    assert [str(row.seq) for row in made.rows] == [row.seq for row in reading.rows]
    out = []
    for row, found in zip(made.rows, reading.rows, strict=True):
        fields = found.to_json(reading.document)["fields"]
        for column in made.columns:
            for name in FIELDS.get(column, ()):
                right = row.truth[name] == fields[name]["value"]
                out.append((str(row.seq), name, (fields[name]["status"], right, column in row.damaged)))
    return out


@settings(max_examples=60, derandomize=True)
@given(seed=st.integers(0, 2**32), rows=st.integers(8, 40), damages=st.integers(0, 8))
def test_no_row_is_lost_or_doubled_and_no_wrong_value_is_read(seed: int, rows: int, damages: int) -> None:
    """Merged, shifted, split, glued, truncated, letter-spaced, without numbers, with other rows' texts."""
    made = notice(random.Random(seed), rows, damages)
    wrong = [
        (seq, name) for seq, name, (status, right, _) in _verdicts(made) if status == "read" and not right
    ]
    assert [] == wrong


@settings(max_examples=40, derandomize=True)
@given(seed=st.integers(0, 2**32), rows=st.integers(8, 40))
def test_in_an_undamaged_notice_every_printed_cell_is_read(seed: int, rows: int) -> None:
    """Other words, other orders, other forms; only 次/年 without a number is an inference.

    Requirements of which many are blank, or three on end, may be a merged block's: there the reader is right
    to ask.
    """
    made = notice(random.Random(seed), rows, 0)
    blank = sum(not row.cells["risk"] for row in made.rows)
    on_end = any(not any(row.cells["risk"] for row in made.rows[i : i + 3]) for i in range(rows - 2))
    doubtful = {"frequency", "smart", "risk"} if blank * 4 >= rows or on_end else {"frequency"}
    others = [
        (seq, name) for seq, name, verdict in _verdicts(made) if verdict[0] != "read" and name not in doubtful
    ]
    assert [] == others


def test_inferred_values_are_right_nine_times_in_ten_and_plain_cells_are_read() -> None:
    """Over a fixed corpus of damaged notices."""
    counts: Counter[Verdict] = Counter()
    for seed in range(120):
        counts.update(verdict for _, _, verdict in _verdicts(notice(random.Random(seed), damages=6)))
    inferred = counts["inferred", True, True] + counts["inferred", False, True]
    assert inferred > 500
    assert counts["inferred", True, True] >= 0.9 * inferred
    plain = sum(count for (_, _, damaged), count in counts.items() if not damaged)
    assert counts["read", True, False] >= 0.98 * plain
