"""`doctor` on the command line: words, JSON and exit codes."""

import json
from pathlib import Path

from activities.doctor.findings import Ailment
from rules.roles import Role
from tests.builders import LEAD, OFFICE_DESK, person
from tests.cli.conftest import At
from tests.cli.said import Say


def test_an_examination_without_engine_ends_with_one_and_names_the_remedy(at: At, say: Say) -> None:
    """Monitoring reads the code, people the lines."""
    at("claimed")
    said = say("doctor")
    assert 1 == said.code
    assert said.out.startswith(f"✗ {Ailment.ENGINE_AWAY.label}")
    assert "docker compose up -d temporal" in said.out


def test_json_names_each_finding_with_subject_and_command(at: At, say: Say) -> None:
    """For programs; every line, none left out."""
    at("claimed")
    said = say("doctor", "--json")
    data = json.loads(said.out)
    assert (1, False) == (said.code, data["healthy"])
    assert {"engine_away"} <= set(data["counts"])
    assert sum(data["counts"].values()) == len(data["findings"])
    assert all(one["command"] and one["subject"] for one in data["findings"])


def test_a_repair_is_the_office_s_or_an_operator_s(at: At, say: Say) -> None:
    """Refused with its exit code for anybody else; and where no engine answers nothing is repaired."""
    at("claimed")
    said = say("doctor", "--repair", "--as", person(LEAD, Role.HANDLER))
    assert (3, True) == (said.code, "WrongRole" in said.err)
    said = say("doctor", "--repair", "--as", person(OFFICE_DESK, Role.OFFICE))
    assert (3, True) == (said.code, "EngineAway" in said.err)


def test_what_ends_runs_is_said_only_together_with_repair(at: At, say: Say) -> None:
    """A wrong command line, before anything is looked at."""
    at("adopted")
    assert 2 == say("doctor", "--restored").code
    assert 2 == say("doctor", "--restart", "joint-task/x/1/1").code
    assert 2 == say("doctor", "--repair", "--since", "2026-04-01T08:00").code


def test_files_in_the_exchanges_folder_that_nobody_takes_are_lines_of_the_examination(
    at: At, say: Say, tmp_path: Path
) -> None:
    """Where the exchange is a folder of this machine."""
    at("claimed")
    bad = tmp_path / "data" / "exchange" / "bad"
    bad.mkdir(parents=True)
    (bad / "test-0123456789abcdef01234567.json").write_text("[{", "utf-8")
    said = say("doctor")
    assert Ailment.STRAY.label in said.out
    assert f"mv -- {bad}/test-0123456789abcdef01234567.json* {bad}/settled" in said.out.replace("\n  ", " ")
