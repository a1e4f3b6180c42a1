"""`calendar`: the working calendar of each year, from the library or a notice typed in (工作日历)."""

from pathlib import Path
from typing import Annotated, Any

import typer
from sqlmodel import col, select

from adapters.result_sheets import Column, SheetRow, read_sheet
from cli.acting import Who, acts
from cli.context import Context, Json, out, show
from cli.given import chosen, day_of
from cli.tables import done, hint, print_table
from models.papers import CalendarLine, LoadCalendar
from models.registers import CalendarDay, CalendarYear
from rules.calendar import DayKind
from rules.calendar_check import YearCount, count_year
from rules.calendar_seed import from_library
from rules.refusal import Refusal

app = typer.Typer(help="工作日历：国务院办公厅放假通知的录入、核对、查看", no_args_is_help=True)

_COLUMNS = (
    Column("day", "日期", required=True),
    Column("kind", "类别", required=True),
    Column("name", "名称"),
)
Year = Annotated[int, typer.Argument(metavar="年度", min=2008, max=2100)]


@app.command("load")
@acts
def load(
    year: Year,
    document: Annotated[str, typer.Option("--document", metavar="文号", help="如 国办发明电〔2025〕7号")],
    who: Who,
    file: Annotated[
        Path | None,
        typer.Option(
            "--file",
            metavar="文件",
            help="照通知录入的 CSV 或 XLSX：日期、类别（法定节假日或调休上班日）、名称；不写则用内置日历",
        ),
    ] = None,
) -> None:
    """录入或更正一年的日历（办公室办理），核对后生效；跨该年的未办结期限逐一重算并通知。"""
    lines = _from_file(file) if file else _from_library(year)
    answer = who.to_office(LoadCalendar(year=year, document=document, days=tuple(lines)))
    data = answer.data
    done(
        f"{year}年日历已生效：工作日{data['working']}天，节假日{data['holidays']}天，调休上班{data['makeups']}天"
    )
    if data["replaced"]:
        hint(f"替换了原按 {data['replaced']} 录入的日历")
    told = "，已通知承办人" if data["moved"] else ""
    hint(f"重新计算期限{data['reckoned']}项，其中{data['moved']}项到期日有变{told}")


@app.command("show")
def show_year(year: Year, as_json: Json = False) -> None:
    """查看一年的节假日和调休上班日、文号和天数核对。"""
    with Context().database.read() as session:
        known = session.get(CalendarYear, year)
        rows = session.exec(
            select(CalendarDay).where(col(CalendarDay.year) == year).order_by(col(CalendarDay.day))
        ).all()
    if known is None:
        raise Refusal(
            "CalendarUnpublished",
            f"{year}年日历尚未录入，跨该年的期限为暂定；请按通知录入：calendar load {year}",
        )
    counted = count_year(year, [(row.day, row.kind) for row in rows])

    def text() -> None:
        out.print(f"{year}年工作日历　{known.document}", style="bold", markup=False)
        shown = [
            {
                "day": row.day,
                "week": "一二三四五六日"[row.day.weekday()],
                "kind": row.kind.label,
                "name": row.name,
            }
            for row in rows
        ]
        print_table({"day": "日期", "week": "星期", "kind": "类别", "name": "名称"}, shown)
        out.print(_count_words(counted), markup=False)

    data: dict[str, Any] = {
        "year": year,
        "document": known.document,
        "loaded_at": known.loaded_at,
        "counts": {**vars(counted), "net_off": counted.net_off},
        "days": [{"day": row.day, "kind": row.kind.value, "name": row.name} for row in rows],
    }
    show(data, as_json=as_json, text=text)


def _count_words(counted: YearCount) -> str:
    return (
        f"全年{counted.days}天：周末{counted.weekends}天，节假日{counted.weekend_holidays + counted.weekday_holidays}天"
        f"（其中在周末{counted.weekend_holidays}天），调休上班{counted.makeups}天，工作日{counted.working}天"
    )


def _from_library(year: int) -> list[CalendarLine]:
    return [CalendarLine(day=day, kind=kind, name=name) for day, kind, name in from_library([year])]


def _from_file(path: Path) -> list[CalendarLine]:
    """The lines of a CSV or XLSX file with headings in either language; a fault names its row."""
    return [_line(row) for row in read_sheet(path, _COLUMNS)]


def _line(row: SheetRow) -> CalendarLine:
    cells = row.cells
    if not cells["day"] or not cells["kind"]:
        raise Refusal("CalendarInvalid", f"第{row.number}行须有日期（day）和类别（kind）")
    try:
        day, kind = day_of(cells["day"]), chosen(DayKind, cells["kind"])
    except Refusal as fault:
        raise Refusal(fault.type, f"第{row.number}行：{fault.words}") from None
    return CalendarLine(day=day, kind=kind, name=cells.get("name", ""))
