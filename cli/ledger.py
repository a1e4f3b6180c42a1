"""A list as a workbook that an office keeps or hands on (台账)."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.tables import done, words
from rules.refusal import Refusal

To = Annotated[Path | None, typer.Option("--to", metavar="文件.xlsx", help="另写成台账（XLSX）")]

_WIDEST = 40


def write_ledger(
    path: Path, title: str, columns: Mapping[str, str], rows: Sequence[Mapping[str, Any]]
) -> None:
    """Write rows under their Chinese headings; refuses `SheetSuffix` for another kind of file."""
    if path.suffix.lower() != ".xlsx":
        raise Refusal("SheetSuffix", f"{path.name}：台账只写成 XLSX，请把文件名写成 .xlsx")
    # Most lists are read on the terminal.
    from openpyxl import Workbook  # noqa: PLC0415 - see above
    from openpyxl.styles import Alignment, Font  # noqa: PLC0415 - see above
    from openpyxl.utils import get_column_letter  # noqa: PLC0415 - see above

    book = Workbook()
    sheet: Any = book.worksheets[0]
    sheet.title = title
    sheet.append(list(columns.values()))
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    for row in rows:
        # Text throughout: a program must not take a number of eighteen digits for a figure, nor a text for a formula.
        sheet.append([_cell(row.get(key)) for key in columns])
    for at, heading in enumerate(columns.values(), start=1):
        widest = max(
            [
                len(heading) * 2,
                *(len(words(row.get(key))) + 4 for row in rows for key in [list(columns)[at - 1]]),
            ]
        )
        sheet.column_dimensions[get_column_letter(at)].width = min(widest, _WIDEST)
    for cells in sheet.iter_rows(min_row=2):
        for cell in cells:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            if cell.data_type == "f":
                cell.data_type = "s"
    sheet.freeze_panes = "A2"
    book.save(path)
    done(f"已写出{len(rows)}行到 {path}")


def _cell(value: Any) -> Any:
    return value if isinstance(value, int) and not isinstance(value, bool) else words(value)
