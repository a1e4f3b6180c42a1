"""One plan in every format that a notice comes in."""

import io
from collections.abc import Callable
from typing import Any

import docx
import openpyxl
from openpyxl.worksheet.worksheet import Worksheet

from tests.adapters.plan_pdf import pdf
from tests.rules.plan.notices import FUEL, GUARDS, HEADER, HOTELS, PAWN, cells

TITLE = "安平县2025年度部门联合双随机抽查工作计划"
ROWS = [
    cells(1, GUARDS, partners="县市场监管局、财政局"),
    cells(2, HOTELS, ratio="不低于3户", window="全年"),
    cells(3, PAWN, ratio="A类1%、B类3%、C类5%、D类10%"),
    cells(4, FUEL, initiator="县商务局"),
]


def as_tsv() -> str:
    """The plan as lines of cells parted by tabs."""
    return "\n".join([TITLE, "", *("\t".join(row) for row in (HEADER, *ROWS))])


def as_markdown() -> str:
    """The plan as a Markdown table."""
    rows = ["| " + " | ".join(row) + " |" for row in (HEADER, *ROWS)]
    return "\n".join([f"# {TITLE}", "", rows[0], "|---" * len(HEADER) + "|", *rows[1:]])


def as_csv() -> str:
    """The plan as a CSV file with every cell quoted."""
    return "\r\n".join([TITLE, *(",".join(f'"{cell}"' for cell in row) for row in (HEADER, *ROWS))])


def as_xlsx() -> bytes:
    """The plan as a workbook whose title is merged over its columns."""
    book = openpyxl.Workbook()
    sheet = sheet_of(book)
    sheet.append([TITLE])
    sheet.merge_cells("A1:I1")
    for row in (HEADER, *ROWS):
        sheet.append(list(row))
    return saved(book.save)


def sheet_of(book: openpyxl.Workbook) -> Worksheet:
    """The one sheet of a workbook."""
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    return sheet


def as_docx() -> bytes:
    """The plan as a document with one table."""
    document = docx.Document()
    document.add_paragraph(TITLE)
    table = document.add_table(rows=0, cols=len(HEADER))
    for row in (HEADER, *ROWS):
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text
    return saved(document.save)


def saved(save: Callable[[Any], None]) -> bytes:
    """What saving writes."""
    out = io.BytesIO()
    save(out)
    return out.getvalue()


FORMATS: dict[str, Callable[[], bytes]] = {
    "plan.md": lambda: as_tsv().encode(),
    "bom.txt": lambda: b"\xef\xbb\xbf" + as_tsv().encode(),
    "gb.tsv": lambda: as_tsv().encode("gb18030"),
    "pipes.md": lambda: as_markdown().encode(),
    "plan.csv": lambda: as_csv().encode(),
    "gb.csv": lambda: as_csv().encode("gb18030"),
    "plan.xlsx": as_xlsx,
    "plan.docx": as_docx,
    "plan.pdf": lambda: pdf([([TITLE], [HEADER, *ROWS])], width=180),
}
