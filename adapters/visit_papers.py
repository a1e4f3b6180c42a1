"""The papers of a check as DOCX, from templates that an office may edit in a word processor (检查文书)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from docxtpl import DocxTemplate

TEMPLATES = Path(__file__).resolve().parent.parent / "templates"
FORMS = {
    "approval": "行政检查审批表",
    "notice": "行政检查通知书",
    "items": "一企一表",
    "record": "现场检查笔录",
}
"""Each template with the name of the paper that it makes."""


def write_papers(folder: Path, content: Mapping[str, Any], templates: Path = TEMPLATES) -> list[Path]:
    """Write one subject's papers, named by its code, and return where they lie."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for number, (form, name) in enumerate(FORMS.items(), start=1):
        template = DocxTemplate(templates / f"{form}.docx")
        # Names hold & and < like any text: escaped, or the document would not open.
        template.render(dict(content), autoescape=True)
        written.append(folder / f"{content['subject']['code']}-{number}-{name}.docx")
        template.save(written[-1])
    return written
