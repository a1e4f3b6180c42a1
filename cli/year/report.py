"""A year's figures as tables for the terminal (年度模拟报告)."""

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cli.context import out
from cli.plan.words import value_words
from cli.tables import hint, print_table
from cli.year.world import DATABASE
from rules.disposal import DisposalOutcome
from rules.ladder import DEFAULT_LADDER, SHORT_LADDER

_CLOCKS = {"clocks": "时限", "late": "逾期办结", "escalated": "升级催办"}


def print_figures(data: Mapping[str, Any], keep: Path | None) -> None:
    """All tables, what is most asked for first."""
    _tasks(data)
    print_table({"name": "步骤"} | _CLOCKS, _named(data["by_stage"]), title="各步骤")
    print_table({"name": "部门", "tasks": "任务"} | _CLOCKS, _named(data["by_department"]), title="各部门")
    _disposals(data["disposals"])
    _clockwork(data)
    rows = [{**one, "value": value_words(one["field"], one["value"])} for one in data["settled"]]
    columns = {"seq": "序号", "label": "字段", "value": "核定为", "reason": "依据"}
    print_table(columns, rows, title="计划中由人核定的内容", empty="没有待核定的内容")
    if keep is not None:
        hint(f"数据保留在 {keep}，可用其他命令查看，如：")
        hint(f"  JOINT_PROFILE=demo JOINT_DATA={shlex.quote(str(keep.resolve()))} starter.py task list --all")
        hint(f"  数据库文件：{keep / DATABASE}")


def _tasks(data: Mapping[str, Any]) -> None:
    rounds = data["rounds"]
    rows = {
        "任务（按期＋逾期）": f"{data['tasks']}（{data['on_time']}＋{data['late']}）",
        "其中升级催办过": data["escalated"],
        "办结／撤销": f"{data['closed']}／{data['cancelled']}",
        "无结果的任务、轮次、消息": data["lost"],
        "轮次：应发起／已发起／登记未实施": f"{rounds['due']}／{rounds['done']}／{rounds['omitted']}",
        "由上级实施、仅关注的行": rounds["rows_watched"],
        "抽取对象（户）／分部门检查（户次）": f"{data['subjects']['drawn']}／{data['subjects']['visits']}",
        "提交文书（不予受理）": f"{data['messages']['filed']}（{data['messages']['refused']}）",
        "通知": data["notices"],
        "结果更正": data["corrections"],
    }
    rows |= {f"变故：{label}": number for label, number in data["befallen"].items()}
    print_table(
        {"name": "项目", "value": "数量"},
        [{"name": name, "value": value} for name, value in rows.items()],
        title=f"{data['plan']} 全年模拟（年度{data['year']}，种子{data['seed']}）",
    )


def _disposals(data: Mapping[str, Any]) -> None:
    rows = [
        {
            "name": kind,
            "opened": one["opened"],
            "open": one["open"],
            "outcomes": "，".join(
                f"{'办理中' if name == 'open' else DisposalOutcome(name).label}{number}"
                for name, number in one["outcomes"].items()
            ),
        }
        for kind, one in data["by_kind"].items()
    ]
    columns = {"name": "处置", "opened": "立", "open": "未结", "outcomes": "结果"}
    print_table(columns, rows, title="后续处置", empty="没有后续处置")


def _clockwork(data: Mapping[str, Any]) -> None:
    labels = {rung.name: rung.label for rung in (*SHORT_LADDER, *DEFAULT_LADDER)}
    rungs = "，".join(f"{labels[name]} {number}次" for name, number in data["rungs"].items())
    moved = "，".join(f"{label}{number}" for label, number in data["clocks_moved"].items() if number)
    out.print(f"催办：{rungs or '没有'}", markup=False)
    out.print(f"时限变动：{moved or '没有'}", markup=False)
    calendar = data["calendar"]
    if "on" in calendar:
        out.print(
            f"工作日历：年初暂定；{calendar['on']} {calendar['document']}到达，"
            f"重新计算{calendar['reckoned']}个时限，其中{calendar['moved']}个改期",
            markup=False,
        )


def _named(figures: Mapping[str, Mapping[str, int]]) -> list[dict[str, Any]]:
    return [{"name": name, **one} for name, one in figures.items()]
