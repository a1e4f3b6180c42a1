"""A task's draws as its parties and operators read them: each act's request and steps, in words (抽取过程)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from activities.draw.export import is_public
from cli.console import out
from cli.given import department_names
from cli.tables import print_table
from models.task import ActStep, Commitment, DrawAct, DrawStep
from rules.draw_record import Kind
from rules.waits import WaitKind
from workflows.waiting import moment

_CONTENT = {
    "actor": "办理人",
    "reason": "理由",
    "directory": "名录哈希",
    "plan": "方案哈希",
    "root": "名录根",
    "contributors": "承诺部门",
    "drawn": "抽中",
    "market_entities": "其中市场主体",
    "public_value": "公共随机值",
    "link": "随机值",
    "seed": "种子",
    "received": "收到的记录",
    "value": "数值",
    "name": "名称",
    "source": "来源",
    "length": "位数",
    "of": "所欠",
    "at": "时间",
    "refused": "不予批准或撤回的部门",
}


@dataclass(frozen=True)
class DrawView:
    """The commitments by department's id, the acts with their steps, and the departments' names."""

    commitments: dict[str, str]
    acts: list[dict[str, Any]]
    names: dict[str, str]

    def print(self) -> None:
        """The commitments, then each act with its steps."""
        rows = [{"name": self.names.get(one, one), "value": value} for one, value in self.commitments.items()]
        print_table({"name": "部门", "value": "承诺值"}, rows, title="承诺")
        for act in self.acts:
            out.print(f"第{act['act']}次 {act['kind_name']}：{act['reason']}", markup=False)
            if act["asked"]:
                out.print(f"  {'；'.join(act['asked'])}", markup=False)
            columns = {"step_name": "步骤", "department": "部门", "content": "内容"}
            print_table(columns, [_step_row(step, self.names) for step in act["steps"]])


def read_draw(session: Session, task: str) -> DrawView:
    """All that may be read of a task's draws now: links and seed stay hidden until the last check."""
    hidden = {"links"} if is_public(session, task) else {"links", "link", "seed"}
    rows = session.exec(select(Commitment).where(col(Commitment.task) == task))
    commitments = {row.department: row.commitment for row in rows}
    acts = [
        _act_view(session, act, hidden)
        for act in session.exec(
            select(DrawAct).where(col(DrawAct.task) == task).order_by(col(DrawAct.number))
        )
    ]
    named = {one for act in acts for step in act["steps"] for one in _named(step)}
    return DrawView(commitments, acts, department_names(session, [*commitments, *named]))


def _named(step: dict[str, Any]) -> Iterator[str]:
    """The departments that a step speaks of."""
    if step["department"]:
        yield step["department"]
    if "refused" in step["content"]:
        yield step["content"]["refused"]
    yield from step["content"].get("contributors", ())


def _step_row(step: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    """A step with Chinese labels and departments by name."""
    content = {
        _CONTENT.get(key, key): _content_words(key, value, names)
        for key, value in step["content"].items()
        if value not in (None, "")
    }
    department = step["department"]
    return {**step, "department": names.get(department, department), "content": content}


def _content_words(key: str, value: Any, names: dict[str, str]) -> Any:
    match key:
        case "contributors":
            return [names.get(one, one) for one in value]
        case "refused":
            return names.get(value, value)
        case "of":
            return WaitKind(value).label
        case "at":
            return moment(datetime.fromisoformat(value))
        case "actor":
            return {"service": "系统（代管秘密）", "system": "系统"}.get(value, value)
        case _:
            return value


def _asked(act: DrawAct) -> list[str]:
    """What an approver must know of a request; which subjects are replaced is for the parties (draw list)."""
    content = act.content
    words = []
    if act.kind is Kind.REPLACEMENT:
        words.append(f"更换{len(content['replaces'])}户")
    elif act.kind is Kind.REDRAW:
        words.append(f"取代第{'、'.join(content['replaces'])}次抽取")
    elif act.kind is Kind.ADDED:
        words.append(f"追加{sum(size for *_, size in content['sizes'])}户")
    if content.get("evidence"):
        words.append(f"依据：{content['evidence']}")
    for key, label in (("ceiling", "已达年度上限的"), ("recent", "近期检查过的")):
        if content.get(key):
            words.append(f"{label}：{'排除' if content[key] == 'exclude' else '保留'}")
    if content.get("leave_out"):
        words.append(f"经批准不列入名录{len(content['leave_out'])}户")
    if content.get("unclassified"):
        words.append(f"尚无分类的按总体比例抽取：{content['unclassified']}")
    if content.get("public"):
        public = content["public"]
        words.append(f"公共随机值：{public['name']}（{public['source']}，{public['length']}位）")
    return words


def _act_view(session: Session, act: DrawAct, hidden: set[str]) -> dict[str, Any]:
    """An act's steps; seed and links stay hidden until the last check, for with them the list is plain."""
    steps = session.exec(
        select(DrawStep)
        .where(col(DrawStep.task) == act.task, col(DrawStep.act) == act.number)
        .order_by(col(DrawStep.department))
    )
    order = list(ActStep)
    return {
        "act": act.number,
        "kind": act.kind.value,
        "kind_name": act.kind.label,
        "reason": act.reason,
        "asked": _asked(act),
        "steps": [
            {
                "step": step.step.value,
                "step_name": step.step.label,
                "department": step.department,
                "content": {key: value for key, value in step.content.items() if key not in hidden},
            }
            for step in sorted(steps, key=lambda one: order.index(one.step))
        ],
    }
