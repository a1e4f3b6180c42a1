"""The command `simulate`: what it refuses before any clock is skipped."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import typer

from cli.demo.play import PLAN_FILE
from cli.simulate import simulate_command
from cli.year.drive import PLAYERS
from cli.year.figures import Figures
from cli.year.law import BY_THE_MACHINE
from cli.year.office import PlanOfTheYear
from cli.year.world import DATABASE
from rules.calendar import local_day
from rules.refusal import Refusal
from rules.waits import WaitKind

LVLIANG = PLAN_FILE.with_name("lvliang-2023.md")


def test_everything_that_the_year_opens_has_somebody_who_does_it() -> None:
    """What is left is opened by acts that nobody in the play takes, or settled by the office or the machine."""
    never = {
        WaitKind.RISING,
        WaitKind.ALLOW_REDRAW,
        WaitKind.PUBLIC_VALUE,
        WaitKind.LEND,
        WaitKind.EXPERT,
        WaitKind.JOINT_VISIT,
        WaitKind.COMMISSION,
        WaitKind.WITHDRAWAL,
        WaitKind.CONSENT,
        WaitKind.DECIDE_CLOCK,
        WaitKind.REFERRAL,
        WaitKind.REGISTER_LOAD,
    }
    assert set(WaitKind) - never - {WaitKind.SETTLE_ROWS} - BY_THE_MACHINE == set(PLAYERS)


def simulate(tmp_path: Path, year: int) -> None:
    """The command with a folder of its own."""
    simulate_command(PLAN_FILE, year=year, seed=7, rows=None, keep=tmp_path, as_json=True)


def test_a_year_that_has_begun_is_refused(tmp_path: Path) -> None:
    """The skipped clock starts today and only goes forward."""
    with pytest.raises(Refusal) as refused:
        simulate(tmp_path, local_day(datetime.now(UTC)).year)
    assert "YearNotComing" == refused.value.type


@pytest.mark.parametrize("kept", [True, False])
def test_who_ends_it_by_hand_is_told_what_is_left(
    kept: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """A kept folder holds half a year; without one nothing is left."""

    async def interrupted(*_: object) -> Figures:
        raise KeyboardInterrupt

    monkeypatch.setattr("cli.simulate.play_year", interrupted)
    year = local_day(datetime.now(UTC)).year + 1
    with pytest.raises(typer.Exit) as ended:
        simulate_command(
            PLAN_FILE, year=year, seed=7, rows=None, keep=tmp_path if kept else None, as_json=True
        )
    said = capfd.readouterr()
    assert (130, "", True) == (ended.value.exit_code, said.out, "模拟已中断" in said.err)
    assert kept == ("换一个文件夹" in said.err)


def test_a_folder_with_a_database_is_refused(tmp_path: Path) -> None:
    """A kept year is not played over."""
    (tmp_path / DATABASE).touch()
    with pytest.raises(Refusal) as refused:
        simulate(tmp_path, local_day(datetime.now(UTC)).year + 1)
    assert "FolderInUse" == refused.value.type


def test_a_plan_moves_to_the_asked_year_with_all_its_dates(tmp_path: Path) -> None:
    """Number, year, day of issue and the day of the yearly report; its rows stay as they are."""
    plan = PlanOfTheYear(PLAN_FILE, 2031, tmp_path, ())
    told = {key: plan.reading[key]["value"] for key in ("number", "year", "date", "report_by")}
    assert {
        "number": "阳市双随机办（2031）2号",
        "year": 2031,
        "date": "2031-01-25",
        "report_by": "2031-11-20",
    } == told
    assert 63 == len(plan.rows)


def test_rows_that_the_plan_has_not_are_refused(tmp_path: Path) -> None:
    """With the numbers that it has."""
    with pytest.raises(Refusal) as refused:
        PlanOfTheYear(PLAN_FILE, 2031, tmp_path, ("4", "99"))
    assert "RowUnknown" == refused.value.type


@pytest.mark.parametrize(("year", "issued"), [(2027, date(2027, 2, 28)), (2028, date(2028, 2, 29))])
def test_a_notice_of_a_leap_day_moves_to_any_year(tmp_path: Path, year: int, issued: date) -> None:
    """To the day before where that year has none; in the encoding of older programs, too."""
    file = tmp_path / "leap.md"
    text = PLAN_FILE.read_text("utf-8").replace("2024年1月25日", "2024年2月29日")
    file.write_text(text, encoding="gb18030")
    (tmp_path / "year").mkdir()
    assert issued == PlanOfTheYear(file, year, tmp_path / "year", ()).issued


def test_a_plan_without_its_day_is_refused(tmp_path: Path) -> None:
    """Nobody knows from when it stands."""
    file = tmp_path / "undated.md"
    file.write_text(PLAN_FILE.read_text("utf-8").replace("2024年1月25日", ""), encoding="utf-8")
    (tmp_path / "year").mkdir()
    with pytest.raises(Refusal) as refused:
        PlanOfTheYear(file, 2027, tmp_path / "year", ())
    assert "PlanWithoutDate" == refused.value.type


def test_the_plan_of_another_county_is_refused(tmp_path: Path) -> None:
    """Its bodies have no people here."""
    with pytest.raises(Refusal) as refused:
        PlanOfTheYear(LVLIANG, 2031, tmp_path, ())
    assert "PlanOfAnotherCounty" == refused.value.type
