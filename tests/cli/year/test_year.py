"""A small year through the real service on skipped time: its figures repeat, reconcile, and nothing is lost."""

import json
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import structlog

from cli.demo.play import PLAN_FILE
from cli.simulate import simulate_command
from cli.year.figures import Figures
from cli.year.office import PlanOfTheYear
from cli.year.world import DATABASE, play_year

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
ROWS = ("4", "49", "51")
"""One row that the county draws, two that the city does, one of them with a field to settle."""
COMING = datetime.now(ZoneInfo("Asia/Shanghai")).year + 1
SEED = 7


@dataclass(frozen=True)
class Played:
    """A year's figures, and the rows that they are counted from."""

    figures: Figures
    sql: sqlite3.Connection

    def number(self, statement: str) -> int:
        """One number."""
        return int(self.sql.execute(statement).fetchone()[0])


async def play(folder: Path) -> Figures:
    """The year of the three rows."""
    days: list[date] = []
    plan = PlanOfTheYear(PLAN_FILE, COMING, folder, ROWS)
    figures = await play_year(plan, SEED, folder, lambda day, *_: days.append(day))
    assert days == [days[0] + timedelta(days=number) for number in range(len(days))]
    return figures


@pytest.fixture(scope="module")
async def played(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Played]:
    """The year, played once."""
    folder = tmp_path_factory.mktemp("simulated")
    figures = await play(folder)
    with closing(sqlite3.connect(folder / DATABASE)) as sql:
        yield Played(figures, sql)


async def test_the_same_seed_gives_the_same_figures_byte_for_byte(played: Played, tmp_path: Path) -> None:
    """Random ids and secrets, threads and the machine's pace change nothing that is reported."""
    again = await play(tmp_path)
    assert json.dumps(played.figures) == json.dumps(again)


def test_the_command_prints_its_figures_and_nothing_else(
    played: Played, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """What is piped into a file can be read, and compared byte for byte."""
    simulate_command(
        PLAN_FILE, year=COMING, seed=SEED, rows=",".join(ROWS), keep=tmp_path / "kept", as_json=True
    )
    structlog.reset_defaults()
    assert json.loads(json.dumps(played.figures)) == json.loads(capfd.readouterr().out)


def test_nothing_is_lost(played: Played) -> None:
    """Every task, round, paper, notice and publication has its recorded end."""
    data = played.figures
    assert 0 == data["lost"]
    assert len(ROWS) == data["rounds"]["due"] + data["rounds"]["rows_watched"]
    assert data["rounds"]["due"] == data["rounds"]["done"] + data["rounds"]["omitted"]


def test_tasks_reconcile_with_a_count_by_hand(played: Played) -> None:
    """On time and late add up; a task is late where one of its clocks, as they stand, was ended after its due moment."""
    data = played.figures
    assert played.number("SELECT count(*) FROM joint_task") == data["tasks"]
    assert data["tasks"] == data["on_time"] + data["late"]
    late = """
        SELECT count(DISTINCT joint_task.id) FROM joint_task JOIN wait
            ON wait.task = joint_task.id
            OR (wait.kind = 'window' AND wait.opened_by =
                joint_task.document || '/' || joint_task.seq || '/' || joint_task.round)
        JOIN deadline ON deadline.wait = wait.id AND deadline.current
        WHERE wait.closed_at > deadline.due"""
    assert played.number(late) == data["late"]


def test_escalations_reconcile_with_a_count_by_hand(played: Played) -> None:
    """Somebody else than whoever owes it was told by a rung: the head, or the office."""
    escalated = """
        SELECT count(DISTINCT joint_task.id) FROM joint_task JOIN wait
            ON wait.task = joint_task.id
            OR (wait.kind = 'window' AND wait.opened_by =
                joint_task.document || '/' || joint_task.seq || '/' || joint_task.round)
        JOIN notification ON substr(notification.key, 1, length(wait.key) + 1) = wait.key || '/'
        WHERE notification.event IN ('due', 'overdue') AND notification.role <> wait.role"""
    assert played.number(escalated) == played.figures["escalated"]


def test_what_else_is_reported_reconciles_with_a_count_by_hand(played: Played) -> None:
    """Disposals, notices, papers, rungs, and the clocks that the calendar's arrival moved."""
    data = played.figures
    assert {
        "disposals": played.number("SELECT count(*) FROM disposal"),
        "notices": played.number("SELECT count(*) FROM notification"),
        "filed": played.number("SELECT count(*) FROM submission"),
        "rungs": played.number("SELECT count(*) FROM rung_fire WHERE NOT merged"),
        "moved": played.number("SELECT count(*) FROM deadline WHERE cause = 'calendar'"),
    } == {
        "disposals": data["disposals"]["opened"],
        "notices": data["notices"],
        "filed": data["messages"]["filed"],
        "rungs": sum(data["rungs"].values()),
        "moved": data["calendar"]["deadlines_renewed"],
    }


def test_the_year_begins_provisionally_and_the_notice_arrives_on_a_seeded_day(played: Played) -> None:
    """Its days are in force afterwards, marked as synthetic; the clocks from before were provisional."""
    arrival = played.figures["calendar"]
    assert COMING == date.fromisoformat(arrival["on"]).year
    assert arrival["makeups"] > 0
    assert arrival["reckoned"] > 0
    assert "合成" in arrival["document"]
    days = f"SELECT count(*) FROM calendar_day WHERE year = {COMING} AND kind = 'makeup'"
    assert arrival["makeups"] == played.number(days)
    assert played.number("SELECT count(*) FROM deadline WHERE provisional") > 0


def test_what_a_person_settled_is_told(played: Played) -> None:
    """The city's rows say who checks; the frequency that was inferred is confirmed."""
    told = {(one["seq"], one["field"]) for one in played.figures["settled"]}
    assert {("49", "mode"), ("51", "mode"), ("51", "frequency")} <= told
