"""The demo's stage before the play: a county, its registers, its plan and its policies."""

from datetime import datetime

from adapters.database import Database
from cli.demo.county import county, load_county
from rules.calendar import local_day


def set_up(database: Database, seed: int, now: datetime) -> str:
    """Load the county of a seed on this day; a second time changes nothing. Returns a line about it."""
    summaries = load_county(database, county(seed, local_day(now)), now)
    counts = "，".join(f"{register.label}{summary.total}" for register, summary in summaries.items())
    return f"名录库已导入：{counts}"
