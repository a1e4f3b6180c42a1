"""The table of docs/plan-reading.md: each field of the three notices that is not plainly read.

Run as a module (`python -m tests.rules.plan.open_fields`) it writes the table into the document.
"""

import json
from pathlib import Path

from adapters.plan_files import read_plan
from rules.plan.reading import PlanReading, Status

ROOT = Path(__file__).resolve().parents[3]
DOCUMENT = ROOT / "docs" / "plan-reading.md"
NOTICES = ("yangcheng-2024", "lvliang-2023", "gaoping-2023")
BEGIN, END = "<!-- open fields: begin -->", "<!-- open fields: end -->"


def reading(name: str) -> PlanReading:
    """One of the example notices."""
    return read_plan(ROOT / "examples" / "plans" / f"{name}.md")


def _cell(text: str, longest: int = 40) -> str:
    short = text if len(text) <= longest else text[: longest - 1] + "…"
    return short.replace("|", "\\|").replace("\n", " ") or "–"


def _document_lines(found: PlanReading) -> list[str]:
    out = []
    for name, field in found.document.to_json().items():
        if field["status"] != Status.READ:
            out.append(f"| – | document | {name} | {field['status']} | – | – | {_cell(field['why'])} |")
    return out


def _row_lines(found: PlanReading, skip: str | None) -> list[str]:
    out = []
    for row in found.rows:
        for name, field in row.fields.each():
            if field.status is Status.READ or name == skip:
                continue
            data = field.to_json()
            value = (
                "–" if data["value"] is None else _cell(json.dumps(data["value"], ensure_ascii=False), 110)
            )
            out.append(
                f"| {row.seq} | {row.line} | {name} | {field.status} | {_cell(field.raw)} | {value} | {field.why} |"
            )
    return out


def table() -> str:
    """The whole generated part."""
    parts = []
    for name in NOTICES:
        found = reading(name)
        no_mode = all(row.fields.mode.status is Status.UNKNOWN for row in found.rows)
        parts += ["", f"### {name} ({len(found.rows)} rows)", ""]
        if no_mode:
            parts += [
                "The table has no mode column: `mode` is unknown in every row and not repeated below.",
                "",
            ]
        parts += ["| seq | line | field | status | raw | value | why |", "|---|---|---|---|---|---|---|"]
        parts += _document_lines(found) + _row_lines(found, "mode" if no_mode else None)
        flags = [f"{row.seq}: {'; '.join(row.flags)}" for row in found.rows if row.flags]
        parts += ["", "Flags: " + (" · ".join(flags) or "none") + "."]
    return "\n".join([BEGIN, *parts, "", END])


def main() -> None:
    """Write the table into the document."""
    text = DOCUMENT.read_text(encoding="utf-8")
    head, _, rest = text.partition(BEGIN)
    DOCUMENT.write_text(head + table() + rest.partition(END)[2], encoding="utf-8")


if __name__ == "__main__":
    main()
