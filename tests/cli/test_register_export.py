"""Registers leave the house on record, with or without personal data; a list drawn above comes in from its file."""

import csv
import json
from pathlib import Path

import pytest

from rules.roles import Role
from tests.activities.conftest import At
from tests.activities.draw.receiving import of_the_city
from tests.builders import DOCUMENT, LEAD, person, subject_code
from tests.cli.said import Say, refused

KEEPER, HANDLER = person(LEAD, Role.KEEPER), person(LEAD, Role.HANDLER)


def rows(file: Path) -> list[dict[str, str]]:
    """A CSV's rows under its Chinese headers."""
    with file.open(encoding="utf-8-sig", newline="") as text:
        return list(csv.DictReader(text))


def test_an_export_can_be_imported_again_and_changes_nothing(say: Say, at: At, tmp_path: Path) -> None:
    """All columns, in the import's own shape."""
    at("adopted")
    file = tmp_path / "subjects.csv"
    assert 0 == say("register", "export", "subjects", str(file), "--as", KEEPER).code
    assert 12 == len(rows(file))
    again = json.loads(say("register", "import", "subjects", str(file), "--json", "--as", KEEPER).out)
    assert (0, 0, 12) == (again["added"], again["changed"], again["unchanged"])


def test_a_masked_export_tells_of_nobody(say: Say, at: At, tmp_path: Path) -> None:
    """Officers keep their certificate's number and lose the middle of their names."""
    at("adopted")
    file = tmp_path / "officers.csv"
    say("register", "export", "officers", str(file), "--masked", "--as", KEEPER)
    assert {"测***0", "测***1"} <= {row["姓名"] for row in rows(file)}
    assert {""} == {row["休假"] for row in rows(file)}


def test_an_export_is_refused_to_a_handler(say: Say, at: At, tmp_path: Path) -> None:
    """Personal data are the keepers' and the office's."""
    at("adopted")
    file = tmp_path / "subjects.csv"
    assert (3, "WrongRole") == refused(say("register", "export", "subjects", str(file), "--as", HANDLER))
    assert not file.exists()


def test_a_task_starts_from_a_received_list(say: Say, at: At, tmp_path: Path) -> None:
    """With the record's hash; a wrong code is told with its row, and nothing is started."""
    of_the_city(at("adopted"))
    record = tmp_path / "record.json"
    record.write_text("{}", encoding="utf-8")
    papers = (
        "--record",
        str(record),
        "--issuer",
        "市局",
        "--number",
        "市〔2026〕5号",
        "--drawn-on",
        "2026-03-20",
    )
    file = tmp_path / "list.csv"
    file.write_text(f"统一社会信用代码\n{subject_code(3)}\n错误\n", encoding="utf-8")
    start = ("task", "start", f"{DOCUMENT}/1", "--received", str(file), "--as", HANDLER)
    assert (3, "ReceivedIncomplete") == refused(say(*start))
    said = say(*start, *papers)
    assert (3, "RowsRefused") == refused(said)
    assert "list.csv 第3行" in said.err
    file.write_text(f"统一社会信用代码\n{subject_code(3)}\n{subject_code(1)}\n", encoding="utf-8")
    assert "名单2户已入档" in say(*start, *papers).out


@pytest.mark.parametrize("words", [("task", "start", DOCUMENT)])
def test_a_start_without_a_row_says_how_to_name_one(say: Say, at: At, words: tuple[str, ...]) -> None:
    """The plan alone is not enough."""
    at("adopted")
    assert (3, "SeqMissing") == refused(say(*words, "--as", HANDLER))
