"""`summary report|report-office|yearly`: the reports of a plan's year (年度报告)."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlmodel import Session, col, func, select

from activities.results.yearly import department_year, office_year
from adapters.evidence_store import EvidenceStore
from adapters.yearly_files import INTERNAL, figures_of, unfinished_chapters, write_data, write_text
from cli.acting import Who, acts, asks, reads
from cli.context import Context, Json, show
from cli.given import day_of
from cli.plan.given import known_plan
from cli.tables import done, hint, print_table
from models.outcomes import YearlyReport
from models.papers import SubmitReport
from rules.calendar import local_day
from rules.refusal import Refusal

app = typer.Typer()

_UNLAUNCHED = {
    "seq": "序号",
    "name": "抽查任务",
    "round": "轮次",
    "initiator": "发起部门",
    "to": "应于何日前发起",
    "state": "情况",
    "why": "原因",
}
Document = Annotated[str, typer.Argument(metavar="计划编号", help="见 plan list")]
Into = Annotated[
    Path | None,
    typer.Option("--to", metavar="文件", help="写成文件：.docx 为文字材料，.xlsx 为抽查数据，由人补充后报送"),
]


@app.command("report")
@asks
def report(document: Document, who: Who, to: Into = None, as_json: Json = False) -> None:
    """本部门的年度报告：数字由系统按记录统计，文字和内部抽查数由人补充。"""
    own = who.own_department()
    with who.database.read() as session:
        year = department_year(session, known_plan(session, document), own, datetime.now(UTC))
        sent = _reports(session, own, document)
    kind = "补充报告" if sent else "工作情况"
    title = f"{year['name']}{year['year']}年度“双随机、一公开”监管{kind}"
    _tell(year, title, to, as_json=as_json)
    if to is not None:
        hint(f"补充后报送：starter.py summary yearly {document} 文号 --on 日期 --file 文件")


@app.command("report-office")
@reads
def report_office(document: Document, to: Into = None, as_json: Json = False) -> None:
    """领导小组办公室的年度报告：计划、轮次、对象、覆盖、类别、处置、比率、逾期及原因、未结任务。"""
    with Context().database.read() as session:
        year = office_year(session, known_plan(session, document), datetime.now(UTC))
    title = f"{year['year']}年度部门联合“双随机、一公开”监管工作报告"
    _tell(year, title, to, as_json=as_json)


@app.command("yearly")
@acts
def yearly(
    document: Document,
    number: Annotated[str, typer.Argument(metavar="文号", help="报送全年工作情况的文号")],
    who: Who,
    sent: Annotated[str | None, typer.Option("--on", metavar="日期", help="报送日期（默认今日）")] = None,
    file: Annotated[
        Path | None, typer.Option("--file", metavar="文件", help="补充完成的报告文字，存入证据库")
    ] = None,
    internal: Annotated[
        list[str] | None,
        typer.Option("--internal", metavar="项目=数", help="内部抽查数：" + "、".join(INTERNAL)),
    ] = None,
) -> None:
    """登记本部门已按通知报送全年监管工作情况和抽查数据；其后仍在进行的，另等补充报告。"""
    if file and (left := unfinished_chapters(file)):
        raise Refusal(
            "ReportUnfinished",
            f"{file.name} 中“{'、'.join(left)}”仍有“（请补充）”，请补充或删去该处，存盘后再登记",
        )
    day = day_of(sent) if sent else local_day(datetime.now(UTC))
    own = who.actor(SubmitReport).department
    with who.database.read() as session:
        # What is sent after the report is its supplement; where none is due the ruling says so.
        supplement = _reports(session, own, document) > 0
    paper = SubmitReport(
        document=document,
        number=number,
        sent_on=day,
        file_sha256=EvidenceStore(who.context.settings.evidence).keep(file) if file else None,
        internal=dict(_internal(text) for text in internal or []),
        supplement=supplement,
    )
    answer = who.to_office(paper)
    done(f"已登记{'补充报告' if supplement else '年度报告'}：{number}（{day}）")
    if answer.data.get("open_tasks") and not supplement:
        hint(
            f"尚有{answer.data['open_tasks']}项任务未办结，办结后补充报告：starter.py summary yearly {document} 文号"
        )


def _tell(year: dict[str, Any], title: str, to: Path | None, *, as_json: bool) -> None:
    if to is not None:
        writers = {".docx": write_text, ".xlsx": write_data}
        if to.suffix.lower() not in writers:
            raise Refusal("SheetSuffix", f"{to.name}：请把文件名写成 .docx（文字）或 .xlsx（数据）")
        writers[to.suffix.lower()](to, title, year)
        done(f"已写出 {to}")
        return

    def text() -> None:
        rows = [{"name": name, "value": value} for name, value in figures_of(year)]
        print_table({"name": "项目", "value": "数"}, rows, title=title)
        print_table(_UNLAUNCHED, year["unlaunched"], title="未发起的轮次", empty="没有")
        late = {"department": "部门", "why": "逾期事项", "count": "件数", "still_open": "仍未办"}
        print_table(late, year["overdue"], title="逾期事项", empty="没有")
        print_table(
            {"task": "任务", "name": "名称", "stage": "阶段"},
            year["open_tasks"],
            title="未办结任务",
            empty="没有",
        )

    show(year, as_json=as_json, text=text)


def _internal(text: str) -> tuple[str, int]:
    name, _, value = text.partition("=")
    if name not in INTERNAL or not value.isdigit():
        raise Refusal("InternalUnclear", f"“{text}”须写成 项目=数，项目为：{'、'.join(INTERNAL)}")
    return name, int(value)


def _reports(session: Session, department: str, document: str) -> int:
    """How many reports of a department are on record."""
    return session.exec(
        select(func.count()).where(
            col(YearlyReport.department) == department, col(YearlyReport.document) == document
        )
    ).one()
