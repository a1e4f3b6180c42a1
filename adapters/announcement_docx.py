"""An announcement as a DOCX file: a heading, the plan's lines, a table of subjects (公示文稿)."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import docx
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Pt

_FONT = "仿宋"


def write_announcement(
    path: Path,
    title: str,
    head: Sequence[tuple[str, str]],
    sections: Sequence[tuple[str, Sequence[tuple[str, str]]]],
) -> None:
    """Write a heading, lines of name and value, and a section of such lines for each subject."""
    document = docx.Document()
    style: Any = document.styles["Normal"]
    style.font.name, style.font.size = _FONT, Pt(14)
    # Word takes the font of Chinese text from another attribute than that of Latin text.
    style.element.rPr.rFonts.set(qn("w:eastAsia"), _FONT)
    heading = document.add_heading(title, level=0)
    heading.alignment = WD_ALIGN_PARAGRAPH.CENTER
    for name, value in head:
        document.add_paragraph(f"{name}：{value}")
    for subject, lines in sections:
        document.add_heading(subject, level=2)
        table = document.add_table(rows=0, cols=2, style="Table Grid")
        for name, value in lines:
            cells = table.add_row().cells
            cells[0].text, cells[1].text = name, value
    document.core_properties.title = title
    document.save(str(path))
