"""`read_plan`: a file's kind is told by its bytes and its name, its table by its words."""

import csv
import zipfile
from collections.abc import Callable
from pathlib import Path

from adapters.plan_files.archive import TooLargeError, check_archive
from adapters.plan_files.text import NotTextError, csv_lines, decode, text_lines
from rules.plan.grid import Line
from rules.plan.reader import read_lines
from rules.plan.reading import PlanReading
from rules.refusal import Refusal

Progress = Callable[[int, int], None]
_MAX_BYTES = 64 * 1024 * 1024
_OLD_OFFICE = b"\xd0\xcf\x11\xe0"


def read_plan(path: Path, progress: Progress | None = None) -> PlanReading:
    """The reading of a plan notice; refuses (PlanUnreadable, NotAPlan) with the file and the remedy.

    `progress(done, total)` is told of the pages of a PDF, and of the end of any other file.
    """
    try:
        data = path.read_bytes() if path.stat().st_size <= _MAX_BYTES else None
    except OSError as problem:
        raise Refusal("PlanUnreadable", f"打不开文件 {path}：请检查路径和读取权限。") from problem
    if data is None:
        raise Refusal("PlanUnreadable", f"文件 {path.name} 超过 64 MB，不像一份抽查计划：请只导入计划文件。")
    if not data.strip():
        raise Refusal("PlanUnreadable", f"文件 {path.name} 是空的：请重新取得文件。")
    reading = _reading(path, data, progress)
    if not reading.rows:
        raise Refusal(
            "NotAPlan",
            f"文件 {path.name} 中没有找到抽查计划表："
            "请确认表头含有任务名称、抽查事项、抽查比例、起止时间、发起部门等栏目，扫描件请先识别成文字。",
        )
    return reading


def _reading(path: Path, data: bytes, progress: Progress | None) -> PlanReading:
    if data.startswith(_OLD_OFFICE):
        raise Refusal(
            "PlanUnreadable", f"文件 {path.name} 是旧版 Office 格式：请另存为 xlsx 或 docx 后再导入。"
        )
    if b"%PDF-" in data[:1024]:
        return read_lines(_guarded(path, "PDF", lambda: _pdf_lines(data, progress)))
    if data.startswith(b"PK"):
        lines = _guarded(path, "XLSX 或 DOCX", lambda: _archive_lines(data))
    else:
        lines = _text(path, data)
    if progress:
        progress(len(lines), len(lines))
    return read_lines(lines)


def _guarded(path: Path, kind: str, read: Callable[[], list[Line]]) -> list[Line]:
    try:
        return read()
    except TooLargeError as problem:
        raise Refusal(
            "PlanUnreadable", f"文件 {path.name} 展开后过大：请删去无关的工作表或图片后再导入。"
        ) from problem
    except Exception as problem:  # the libraries raise anything at all on damaged bytes
        raise Refusal(
            "PlanUnreadable", f"文件 {path.name} 不是完好的 {kind} 文件：请用办公软件打开并另存后再导入。"
        ) from problem


# The libraries take longer to load than a notice to read: only the one that is needed is loaded.
# ruff: noqa: PLC0415


def _pdf_lines(data: bytes, progress: Progress | None) -> list[Line]:
    from adapters.plan_files.pdf import pdf_lines

    return pdf_lines(data, progress)


def _archive_lines(data: bytes) -> list[Line]:
    names = check_archive(data)
    if any(name.startswith("xl/") for name in names):
        from adapters.plan_files.office import xlsx_lines

        return xlsx_lines(data)
    if any(name.startswith("word/") for name in names):
        from adapters.plan_files.office import docx_lines

        return docx_lines(data)
    raise zipfile.BadZipFile("neither a workbook nor a text document")


def _text(path: Path, data: bytes) -> list[Line]:
    try:
        text = decode(data)
        if path.suffix.lower() == ".csv":
            return csv_lines(text)
    except NotTextError as problem:
        raise Refusal(
            "PlanUnreadable",
            f"文件 {path.name} 的格式无法识别：请提供 Markdown、TSV、CSV（UTF-8 或 GB18030）、XLSX、DOCX 或文字版 PDF。",
        ) from problem
    except csv.Error as problem:
        raise Refusal(
            "PlanUnreadable", f"文件 {path.name} 不是完好的 CSV：请另存为 CSV 后再导入。"
        ) from problem
    return text_lines(text)
