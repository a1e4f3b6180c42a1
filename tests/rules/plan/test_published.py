"""The published text of a plan reads back identically, as Markdown and as a sheet."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.plan_files import read_plan
from adapters.plan_sheets import write_published
from rules.plan.printed import UnprintableError, print_value, read_printed, settled_value, written
from rules.plan.published import NOTICE_LABELS, SENTENCE, PublishedRow, cells, markdown
from rules.plan.reading import PlanReading, Status

PLANS = Path(__file__).resolve().parents[3] / "examples" / "plans"
COUNTY = {"draw": "county", "check": "county"}
percents = st.decimals(min_value="0.01", max_value="99", places=2).map(
    lambda one: format(one.normalize(), "f")
)
counts = st.integers(min_value=1, max_value=999)
ratios = st.fixed_dictionaries(
    {
        "percent": percents | st.none(),
        "at_least": st.booleans(),
        "min_count": counts | st.none(),
        "tiers": st.none() | st.dictionaries(st.sampled_from("ABCD"), percents, min_size=1),
    }
).filter(lambda one: one["percent"] or one["min_count"] or one["tiers"])
frequencies = st.fixed_dictionaries(
    {
        "times": st.integers(min_value=1, max_value=50),
        "times_max": st.none(),
        "per": st.sampled_from(["year", "half", "quarter", "month", None]),
    }
)
windows = st.tuples(st.integers(1, 12), st.integers(1, 12)).map(
    lambda pair: {"from_month": min(pair), "to_month": max(pair)}
)


def settled(reading: PlanReading) -> list[PublishedRow]:
    """Every row as a person would adopt it: what nobody printed is given."""
    rows = []
    for row in reading.rows:
        values = {name: field.to_json()["value"] for name, field in row.fields.each()}
        values["mode"] = values["mode"] or COUNTY
        values["smart"] = values["smart"] or ""
        values["risk"] = values["risk"] or {"kind": "none", "ratio": False, "frequency": False, "classes": []}
        rows.append(PublishedRow(row.seq, row.region or "", values))
    return rows


@pytest.mark.parametrize("name", ["yangcheng-2024", "lvliang-2023", "gaoping-2023"])
@pytest.mark.parametrize("suffix", [".md", ".xlsx"])
def test_the_published_text_of_each_notice_reads_back_identically(
    name: str, suffix: str, tmp_path: Path
) -> None:
    """Every value of every row, and of the notice; each field plainly read."""
    reading = read_plan(PLANS / f"{name}.md")
    rows = settled(reading)
    notice = {one: getattr(reading.document, one).to_json()["value"] for one in NOTICE_LABELS}
    file = tmp_path / f"published{suffix}"
    if suffix == ".md":
        file.write_text(markdown(notice, 1, rows), encoding="utf-8")
    else:
        write_published(file, notice, 1, rows)
    back = read_plan(file)
    assert notice == {one: getattr(back.document, one).to_json()["value"] for one in NOTICE_LABELS}
    assert [(row.seq, row.region) for row in rows] == [(row.seq, row.region or "") for row in back.rows]
    for row, again in zip(rows, back.rows, strict=True):
        assert row.values == {one: field.to_json()["value"] for one, field in again.fields.each()}
        assert {Status.READ} == {field.status for _, field in again.fields.each()}


@given(ratios)
def test_any_ratio_that_a_person_gives_is_printed_to_the_same_or_refused(value: dict[str, object]) -> None:
    """Nothing is published that would read as something else."""
    try:
        shaped = settled_value("ratio", value)
    except UnprintableError:
        return
    assert shaped == read_printed("ratio", print_value("ratio", shaped)).to_json()["value"]


@given(percents, st.booleans())
def test_plain_ratios_are_always_printable(percent: str, at_least: bool) -> None:
    """A ratio, with or without “at least”, is never refused."""
    value = {"percent": percent, "at_least": at_least, "min_count": None, "tiers": None}
    assert value == settled_value("ratio", value)


@given(frequencies)
def test_frequencies_are_always_printable(value: dict[str, object]) -> None:
    """Each period, and none."""
    assert value == settled_value("frequency", value)


@given(windows)
def test_windows_are_always_printable(value: dict[str, int]) -> None:
    """A single month too."""
    assert value == settled_value("window", value)


def test_an_exact_number_of_subjects_is_printed_as_one() -> None:
    """“定额5户” is five, not at least five."""
    value = {"percent": None, "at_least": False, "min_count": 5, "tiers": None}
    assert "定额5户" == print_value("ratio", settled_value("ratio", value))


def test_a_requirement_that_a_person_took_away_reads_back_as_none() -> None:
    """The words stay as printed; the column beside them says that nothing is asked."""
    none = {"kind": "none", "ratio": False, "frequency": False, "classes": []}
    row = PublishedRow("1", "", {"smart": "按信用风险分类递加抽查比例", "risk": none})
    assert "无" == cells(row)[8]


def test_names_of_departments_stay_as_they_are_published() -> None:
    """No prefix is restored, no name is split: what is published is final."""
    assert ["县教育局", "税务局", "消防大队"] == written("partners", "县教育局、税务局、消防大队")
    assert [] == written("partners", "无")
    assert "县教育局" == written("initiator", "县教育局")


def test_a_text_with_a_bar_stays_in_its_cell(tmp_path: Path) -> None:
    """The separator of the table may stand in a text."""
    values = settled(read_plan(PLANS / "yangcheng-2024.md"))[0].values
    row = PublishedRow("1", "", {**values, "scope": "甲|乙"})
    file = tmp_path / "published.md"
    file.write_text(markdown({}, 1, [row]), encoding="utf-8")
    assert "甲|乙" == read_plan(file).rows[0].fields.scope.value


def test_the_sentence_must_stand_alone(tmp_path: Path) -> None:
    """A notice that quotes it in a table is read like any other."""
    file = tmp_path / "plan.md"
    text = (PLANS / "yangcheng-2024.md").read_text(encoding="utf-8")
    file.write_text(text.replace("各成员单位：", f"各成员单位：如{SENTENCE}"), encoding="utf-8")
    assert 63 == len(read_plan(file).rows)


@pytest.mark.parametrize(
    ("field", "value"),
    [("name", ""), ("mode", {"draw": "city"}), ("window", {"from_month": 9, "to_month": 3}), ("partners", 3)],
)
def test_a_value_that_no_cell_could_hold_is_refused(field: str, value: object) -> None:
    """With words that say what is wrong, except a mode that names only who draws: that may be printed."""
    if field == "mode":
        assert {"draw": "city", "check": None} == settled_value(field, value)
        return
    with pytest.raises(UnprintableError):
        settled_value(field, value)
