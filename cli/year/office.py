"""The coordinating office's part: the plan of the year imported, settled, adopted; the calendar as it arrives."""

import hashlib
from calendar import isleap
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from sqlmodel import Session, col, select

from activities.plans.rows import rows_of
from adapters.plan_files import read_plan
from adapters.plan_files.text import NotTextError, decode
from cli.demo.bodies import CITY_BODIES, COUNTY_BODIES
from cli.demo.play import OFFICE, RISING
from cli.year.county import form_of
from cli.year.incidents import Candidate
from cli.year.law import Law
from cli.year.scene import Scene
from models.papers import AdoptPlan, ConfirmPlanFields, ImportPlan, SetPlanField, SetPolicy
from models.plan import PlanRow
from rules.launchable import LABELS, names_of
from rules.plan_questions import Question, questions_of
from rules.plan_rounds import LaunchMode, launch_mode
from rules.policy import PolicyKey
from rules.refusal import Refusal
from rules.roles import Role

_HERE = 0.8
"""The share of the city's rows that the county checks; the others the city checks itself."""
_COUNTERPARTS = {"city-xwcb": "wl", "city-xc": "wl", "city-mz": "wj"}
"""Who answers in the county to a body of the city that has none of its name there."""


@dataclass(frozen=True)
class Settled:
    """A field that a person has settled, for the report."""

    seq: str
    field: str
    value: Any
    reason: str

    def view(self) -> dict[str, Any]:
        """As data."""
        return {
            "seq": self.seq,
            "field": self.field,
            "label": LABELS[self.field],
            "value": self.value,
            "reason": self.reason,
        }


class PlanOfTheYear:
    """A plan moved to another year: the notice as it would be issued then."""

    def __init__(self, file: Path, year: int, folder: Path, rows: Sequence[str]) -> None:
        self.year = year
        self.document = f"{OFFICE}-{year}"
        former = read_plan(file).document.to_json()["year"]["value"]
        if former is None:
            raise Refusal("PlanWithoutYear", "计划没有年度，不能改为另一年度；请先核对文件标题")
        self.file = folder / f"{self.document}{file.suffix}"
        self.file.write_text(_moved(file, former, year), encoding="utf-8")
        reading = read_plan(self.file)
        self.reading = reading.document.to_json()
        all_rows = [row.to_json(reading.document) for row in reading.rows]
        known = [row["seq"] for row in all_rows]
        if strange := sorted(set(rows) - set(known)):
            raise Refusal("RowUnknown", f"计划没有序号{'、'.join(strange)}；序号为{known[0]}至{known[-1]}")
        self.rows = [row for row in all_rows if not rows or row["seq"] in rows]
        _check_names(self.rows)
        if self.reading["date"]["value"] is None:
            raise Refusal("PlanWithoutDate", "计划没有成文日期，不知从何日起执行；请在文末补上日期后再模拟")
        self.issued = date.fromisoformat(self.reading["date"]["value"])
        """The day from which the plan stands in that year."""

    @property
    def seqs(self) -> list[str]:
        """The numbers of its rows."""
        return [row["seq"] for row in self.rows]

    def paper(self) -> ImportPlan:
        """What the office imports."""
        return ImportPlan(
            document=self.document,
            file_sha256=hashlib.sha256(self.file.read_bytes()).hexdigest(),
            reading=self.reading,
            rows=tuple(
                {key: row[key] for key in ("seq", "region", "line", "flags", "fields")} for row in self.rows
            ),
        )


async def import_and_adopt(scene: Scene, plan: PlanOfTheYear) -> None:
    """Import the notice and adopt what is complete; what is not is settled within its time."""
    await scene.office(plan.paper())
    await scene.office(AdoptPlan(document=plan.document))
    for department in scene.read(lambda session: _initiators(session, plan.document)):
        await rising_table(scene, department)


async def rising_table(scene: Scene, department: str) -> None:
    """The initiator's head confirms the multipliers by credit class."""
    paper = SetPolicy(
        key=PolicyKey.RISING_TABLE,
        value=RISING,
        clause="通知二：分别递加比例抽查；本部门年度确认",
        valid_from=scene.today,
        department=department,
    )
    await scene.act(department, Role.HEAD, paper, f"office/{OFFICE}", name=department)


async def settle_rows(scene: Scene) -> list[Settled]:
    """Settle what was not plainly read, row by row, and adopt again; returns what a person has written."""
    rows = [row for row in scene.read(lambda session: rows_of(session, scene.document)) if row.obstacles]
    asked = questions_of((row.seq, row.name, row.fields) for row in rows)
    settled = [await _confirm(scene, one) for one in asked if one.value is not None]
    for row in rows:
        for one in _words(scene.law, row):
            await scene.office(
                SetPlanField(
                    document=scene.document, seq=one.seq, field=one.field, value=one.value, reason=one.reason
                )
            )
            settled.append(one)
    await scene.office(AdoptPlan(document=scene.document), name="settled")
    for department in scene.read(lambda session: _initiators(session, scene.document)):
        await rising_table(scene, department)
    return settled


def candidates(session: Session, law: Law, document: str) -> list[Candidate]:
    """The rows that this county carries out, as far as it matters what may befall them."""
    officers = {f"{OFFICE}/{body.code}": body.officers for body in COUNTY_BODIES}
    found = []
    for row in rows_of(session, document):
        mode = launch_mode(row.fields["mode"]["value"])
        if row.version and mode is not None and mode is not LaunchMode.WATCHED:
            ratio = (row.fields["ratio"]["value"] or {}).get("percent")
            found.append(
                Candidate(
                    seq=row.seq,
                    here=mode is LaunchMode.HERE,
                    partners=len(row.partners),
                    form=form_of(law, row.seq),
                    percent=float(ratio) if ratio else 100.0,
                    officers=officers.get(row.initiator or "", 0),
                )
            )
    return found


async def _confirm(scene: Scene, question: Question) -> Settled:
    await scene.office(
        ConfirmPlanFields(
            document=scene.document, field=question.field, value=question.value, seqs=(question.seq,)
        )
    )
    return Settled(question.seq, question.field, question.value, f"采纳建议：{question.why}")


def _words(law: Law, row: PlanRow) -> list[Settled]:
    """Who checks where only the drawing was printed; the county's bodies where the county checks."""
    if launch_mode(row.fields["mode"]["value"]) is not None:
        return []
    here = law.random("mode", row.seq).random() < _HERE
    mode = {"draw": "city", "check": "county" if here else "city"}
    why = "市领导小组办公室书面答复：市级抽取，" + ("县级检查" if here else "市级检查")
    settled = [Settled(row.seq, "mode", mode, why)]
    bodies = {body.name: body.code for body in CITY_BODIES}
    initiator = names_of(row.fields["initiator"]["value"])[0]
    partners = names_of(row.fields["partners"]["value"])
    if not here:
        lost = [name for name in partners if name not in bodies]
        if lost:
            whole = [name if name in bodies else f"市{name}" for name in partners]
            known = [next((one for one in bodies if _likely(one, name)), name) for name in whole]
            settled.append(Settled(row.seq, "partners", known, "原文漏印“市”字"))
        return settled
    lead = _counterpart(bodies.get(initiator, ""))
    others = list(dict.fromkeys(_counterpart(bodies.get(name, "")) for name in partners))
    settled.append(Settled(row.seq, "initiator", lead, f"县级检查，由{initiator}的县级对口部门发起"))
    rest = [name for name in others if name != lead]
    settled.append(Settled(row.seq, "partners", rest or ["县市场监管局"], "县级检查，由县级对口部门配合"))
    return settled


def _counterpart(code: str) -> str:
    """The county's body that answers to one of the city's; the market regulator where there is none."""
    wanted = _COUNTERPARTS.get(code, code.removeprefix("city-"))
    return next((body.name for body in COUNTY_BODIES if body.code == wanted), "县市场监管局")


def _likely(known: str, name: str) -> bool:
    """Whether a whole name is meant by a short one: the same without what bureaus are called by."""
    return known.rstrip("局委").replace("监管", "监督管理") == name.rstrip("局委").replace("监管", "监督管理")


def _initiators(session: Session, document: str) -> list[str]:
    rows = session.exec(
        select(PlanRow.initiator)
        .where(col(PlanRow.document) == document, col(PlanRow.version) > 0)
        .distinct()
        .order_by(col(PlanRow.initiator))
    ).all()
    return [one for one in rows if one is not None]


def _moved(file: Path, former: int, year: int) -> str:
    """The notice's text with another year in all its dates."""
    try:
        text = decode(file.read_bytes())
    except NotTextError:
        raise Refusal(
            "PlanNotText",
            f"模拟要把 {file.name} 改为另一年度，只能用文本文件；请另存为 Markdown、TSV 或 CSV",
        ) from None
    text = text.replace(str(former), str(year))
    return text if isleap(year) else text.replace(f"{year}年2月29日", f"{year}年2月28日")


def _check_names(rows: Sequence[dict[str, Any]]) -> None:
    """The year's county is 阳城: a plan of other bodies can't be played by its people."""
    known = {name for body in (*COUNTY_BODIES, *CITY_BODIES) for name in (body.name, *body.aliases)}
    strange = sorted(
        {name for row in rows for name in names_of(row["fields"]["initiator"]["value"]) if name not in known}
    )
    if strange:
        raise Refusal(
            "PlanOfAnotherCounty",
            f"模拟县没有这些发起部门：{'、'.join(strange[:5])}；模拟使用阳城县的计划 examples/plans/yangcheng-2024.md",
        )
