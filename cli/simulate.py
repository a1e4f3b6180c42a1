"""`simulate`: a plan's whole year on skipped time, by people who follow a seeded law (全年模拟)."""

import asyncio
import logging
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

import typer

from adapters.logging import configure
from cli.context import err, show
from cli.demo.county import LAST_PUBLISHED
from cli.progress import bar
from cli.year.figures import Figures
from cli.year.office import PlanOfTheYear
from cli.year.report import print_figures
from cli.year.world import DATABASE, play_year
from rules.calendar import local_day
from rules.refusal import Refusal

_INTERRUPTED = 130
"""The exit code of whoever ends by Ctrl-C."""


def simulate_command(
    file: Path, *, year: int, seed: int, rows: str | None, keep: Path | None, as_json: bool
) -> None:
    """Play the year in a folder of its own and report it."""
    # What the worker logs of each task would stand among the figures.
    configure(json=False, level=logging.WARNING)
    _check_year(year)
    wanted = [part.strip() for part in (rows or "").split(",") if part.strip()]
    try:
        with _folder(keep) as folder:
            figures = _played(PlanOfTheYear(file, year, folder, wanted), seed, folder)
    except KeyboardInterrupt:
        left = f"{keep} 中的数据不完整，再次模拟请换一个文件夹" if keep else "没有留下数据"
        err.print(f"模拟已中断，{left}。", markup=False)
        raise typer.Exit(_INTERRUPTED) from None
    show(figures, as_json=as_json, text=lambda: print_figures(figures, keep))


def _played(plan: PlanOfTheYear, seed: int, folder: Path) -> Figures:
    first = date(plan.year, 1, 1)
    days = (date(plan.year, 12, 31) - first).days + 1
    with bar() as progress:
        line = progress.add_task(f"模拟{plan.year}年", total=days)

        def tell(day: date, launched: int, ended: int) -> None:
            words = f"模拟{plan.year}年 {day}　已发起{launched}项，已办结{ended}项"
            passed = (day - first).days + 1
            progress.update(line, completed=passed, total=max(days, passed), description=words)

        return asyncio.run(play_year(plan, seed, folder, tell))


def _check_year(year: int) -> None:
    """The skipped clock begins today and goes only forward, on a year whose calendar nobody has published."""
    earliest = max(local_day(datetime.now(UTC)).year, LAST_PUBLISHED) + 1
    if year < earliest:
        raise Refusal("YearNotComing", f"模拟的年度须是工作日历尚未公布的将来年度，最早{earliest}年")


@contextmanager
def _folder(keep: Path | None) -> Iterator[Path]:
    if keep is None:
        with tempfile.TemporaryDirectory(prefix="joint-simulate-") as made:
            yield Path(made).resolve()
        return
    if (keep / DATABASE).exists():
        raise Refusal("FolderInUse", f"{keep} 中已有数据库，请用另一个文件夹（--keep）")
    keep.mkdir(parents=True, exist_ok=True)
    yield keep.resolve()
