"""The demo as one performance: opening, closing, and the three tables at the end."""

from collections.abc import Callable
from typing import Any

from rich.table import Table
from sqlmodel import Session, col, select
from temporalio.client import Client

from adapters.database import Database
from cli.demo.cast import Cast
from cli.demo.play import TASK, Opening
from cli.demo.play_results import Closing
from models.messages import TASK_QUEUE
from models.outcomes import Summary

SCENES = (
    "plan",
    "launch",
    "claims",
    "draw",
    "match",
    "visits",
    "results",
    "publicity",
    "correction",
    "summaries",
    "disposals",
)


class Show:
    """Row 4 of 阳城 2024, played to its end."""

    def __init__(
        self, database: Database, client: Client, tell: Callable[[Any], None], *, task_queue: str = TASK_QUEUE
    ) -> None:
        self.tell = tell
        self.cast = Cast(database, client, TASK, task_queue=task_queue)
        self._halves = (Opening(self.cast, tell), Closing(self.cast, tell))

    async def run(self, *scenes: str) -> None:
        """Play the scenes named, else all; a scene that was broken off is played again."""
        for scene in scenes or SCENES:
            half = next(half for half in self._halves if hasattr(half, scene))
            await getattr(half, scene)()

    def tables(self) -> None:
        """Print the summary tables: one 发起, two 配合."""
        for summary in self.cast.read(final_summaries):
            self.tell(table_of(summary))


def final_summaries(session: Session) -> list[Summary]:
    """Each department's newest summary, the initiator's first."""
    rows = session.exec(select(Summary).where(col(Summary.task) == TASK).order_by(col(Summary.number))).all()
    newest = {row.department: row for row in rows}
    return sorted(
        newest.values(), key=lambda row: ((row.content or {}).get("type") != "发起", row.department)
    )


def table_of(summary: Summary) -> Table:
    """A summary as a table for the terminal."""
    content = summary.content or {}
    supplement = "（补报）" if summary.number > 1 else ""
    table = Table(
        title=f"抽查结果汇总表（{content['type']}）{supplement} {content['department']}", min_width=60
    )
    table.add_column("项目")
    table.add_column("数值", justify="right")
    rows: list[tuple[str, object]] = [
        ("抽查任务", content["name"]),
        ("对象总数（户）", content["population"]),
        ("抽查比例（%）", content["ratio"]),
        ("抽取数量（户）", content["drawn"]),
        ("按信用风险分类抽取（户）", content["class_use"]["by_class"]),
        ("其中市场主体（户）", content["class_use"]["market_entities"]),
        ("完成检查（户）", content["completed"]),
        ("完成率（%）", content["completion_rate"]),
        ("已公示（户）", content["published"]),
        ("未公示（户）", content["unpublished"]),
    ]
    rows += [(f"结果：{label}（户）", count) for label, count in content["categories"].items() if count]
    rows += [
        (f"处置：{label}（立/结）", f"{one['opened']}/{one['ended']}")
        for label, one in content["disposals"].items()
    ]
    for label, value in rows:
        table.add_row(label, str(value))
    return table
