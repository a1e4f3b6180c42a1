"""`register`: import, show and confirm the registers (一单两库)."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlalchemy import ColumnElement
from sqlalchemy.orm import Mapped
from sqlmodel import Session, col, func, or_, select

from activities.authority import check_role
from activities.registers.exporting import export_by
from activities.registers.loading import ImportSummary, import_register
from activities.registers.state import newest_confirmation, unfinished
from adapters.register_files import RefusedFile, RegisterFile, write_register
from cli.acting import Who, acts, asks
from cli.context import Json, show
from cli.given import chosen, day_of
from cli.progress import bar
from cli.register.views import PERSONAL, VIEWS, masked_row
from cli.tables import done, hint, print_table
from models.organisation import Department
from models.papers import ConfirmRegister
from rules.refusal import Refusal
from rules.register_columns import Register
from rules.register_rows import RefusedRow
from rules.roles import Role

app = typer.Typer(help="名录库：导入、查看、确认一单两库", no_args_is_help=True)

_KEEPERS = frozenset({Role.KEEPER, Role.OFFICE})
_SHOWN_FAULTS = 10
_LIVING = (Register.SUBJECTS, Register.OFFICERS, Register.ITEMS, Register.EXPERTS)
"""The registers that a keeper confirms."""

Kind = Annotated[
    str, typer.Argument(metavar="名录", help="、".join(f"{one.value}（{one.label}）" for one in Register))
]


@app.command("import")
@asks
def import_(
    kind: Kind,
    file: Annotated[Path, typer.Argument(metavar="文件", help="CSV（UTF-8 或 GB18030）或 XLSX，按列名读取")],
    who: Who,
    refused: Annotated[
        Path | None, typer.Option("--refused", metavar="文件", help="不予导入的行另存何处（默认在原文件旁）")
    ] = None,
    as_json: Json = False,
) -> None:
    """导入名录：好的行入库，有问题的行连同原因另存，改正后可再导入。"""
    register = chosen(Register, kind)
    posting = who.posting(_KEEPERS)
    check_role(_KEEPERS, posting.role)
    source = RegisterFile(file, register)
    beside = refused or file.with_name(f"{file.stem}-不予导入{file.suffix}")
    faults: list[str] = []

    def refuse(row: RefusedRow) -> None:
        sink.write(row)
        if len(faults) < _SHOWN_FAULTS:
            faults.extend(fault.words(source.name, row.row.number) for fault in row.faults)

    with bar() as progress, RefusedFile(beside, source) as sink:
        # Below the header; a few more where cells hold line breaks.
        rows = max(source.lines - 1, 1) if source.lines else None
        line = progress.add_task(f"导入{register.label}（行）", total=rows)
        summary = import_register(
            who.database,
            who.office_of(posting.department),
            register,
            source,
            now=datetime.now(UTC),
            actor=posting.person,
            role=posting.role,
            department=posting.department,
            sha256=source.sha256,
            progress=lambda total: progress.update(line, completed=total.total),
            refused=refuse,
        )
    show(
        _summary(summary, beside),
        as_json=as_json,
        text=lambda: _tell(register, summary, faults, beside, source.left_out),
    )
    if summary.refused and summary.refused == summary.total:
        raise Refusal("RowsRefused", f"{file.name} 没有一行可以导入；逐行原因见 {beside}，改正后再导入")


@app.command("show")
@asks
def show_register(
    kind: Kind,
    who: Who,
    filter_: Annotated[
        str | None, typer.Option("--filter", metavar="文字", help="编号、名称、种类、区域或部门含此文字的")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=100_000, help="最多列多少行")] = 50,
    as_json: Json = False,
) -> None:
    """查看名录和最近一次确认；人员姓名隐去中间的字。"""
    register = chosen(Register, kind)
    view = VIEWS.get(register)
    if view is None:
        raise Refusal("ChoiceUnknown", "人员任职请用 person list 查看")
    office = who.office_of(who.own_department())
    with who.database.read() as session:
        where = [view.office == office, *_matching(session, view.searched, filter_)]
        total = session.exec(select(func.count()).select_from(view.model).where(*where)).one()
        rows = session.exec(select(view.model).where(*where).order_by(view.searched[0]).limit(limit)).all()
        data = [view.row(session, row) for row in rows]
        newest = newest_confirmation(session, office, register)
        load = unfinished(session, office, register)

    def text() -> None:
        print_table(view.columns, data, title=f"{register.label}（{total}条）")
        if register in _LIVING:
            said = f"{newest.confirmed_on}，{newest.confirmed_by}" if newest else "从未"
            hint(f"最近一次确认：{said}；确认：starter.py register confirm {register.value}")
        if load is not None:
            hint(f"有一次导入尚未完成（已处理{load.rows}行）；如已中断请重新导入该文件")

    show(
        {
            "total": total,
            "confirmed_on": newest.confirmed_on.isoformat() if newest else None,
            "confirmed_by": newest.confirmed_by if newest else None,
            "rows_of_unfinished_import": load.rows if load else None,
            "rows": data,
        },
        as_json=as_json,
        text=text,
    )


@app.command("export")
@asks
def export(
    kind: Kind,
    file: Annotated[Path, typer.Argument(metavar="文件", help="CSV 或 XLSX，可原样再导入")],
    who: Who,
    on: Annotated[
        str | None, typer.Option("--on", metavar="日期", help="该日的名录（如 2026-03-01）")
    ] = None,
    masked: Annotated[bool, typer.Option("--masked", help="隐去个人信息（姓名、电话、邮箱等）")] = False,
) -> None:
    """导出名录，留痕；含个人信息，仅限名录库管理员和领导小组办公室。"""
    register = chosen(Register, kind)
    posting = who.posting(_KEEPERS)
    rows = export_by(
        who.database,
        who.office_of(posting.department),
        register,
        now=datetime.now(UTC),
        actor=posting.person,
        role=posting.role,
        department=posting.department,
        acting_for=posting.acting_for,
        on=day_of(on) if on else None,
    )
    count = 0

    def counted() -> Iterator[Mapping[str, str]]:
        nonlocal count
        for row in rows:
            count += 1
            yield masked_row(register, row) if masked else row

    write_register(file, register, counted())
    done(f"已导出{register.label}{f'（{on}）' if on else ''}{count}条：{file}")
    if not masked and register in PERSONAL:
        hint("文件含个人信息，请妥善保管；对外提供请加 --masked")


@app.command("confirm")
@acts
def confirm(kind: Kind, who: Who) -> None:
    """名录库管理员确认名录库已是最新；抽取前须在有效期内。"""
    register = chosen(Register, kind)
    who.to_office(ConfirmRegister(directory=register.value))
    done(f"已确认{register.label}为最新")


def _matching(
    session: Session, searched: Sequence[Mapped[str]], text: str | None
) -> list[ColumnElement[bool]]:
    """Rows where a searched column holds the text; a department is found by its name too."""
    if not text:
        return []
    named = session.exec(
        select(Department.id).where(col(Department.name).contains(text, autoescape=True))
    ).all()
    return [
        or_(
            *(column.contains(text, autoescape=True) for column in searched),
            *(column.in_(named) for column in searched if getattr(column, "key", "") == "department"),
        )
    ]


def _summary(summary: ImportSummary, beside: Path) -> dict[str, Any]:
    return {
        "added": summary.added,
        "changed": summary.changed,
        "unchanged": summary.unchanged,
        "refused": summary.refused,
        "refused_file": str(beside) if summary.refused else None,
    }


def _tell(
    register: Register, summary: ImportSummary, faults: Sequence[str], beside: Path, left_out: Sequence[str]
) -> None:
    done(
        f"{register.label}：新增{summary.added}，变更{summary.changed}，"
        f"未变{summary.unchanged}，不予导入{summary.refused}"
    )
    if left_out:
        hint(f"未导入的列（列名不识，或与另一列重复）：{'、'.join(left_out)}；列名见 register export 的文件")
    for fault in faults:
        hint(fault)
    if summary.refused:
        hint(f"不予导入的行和原因见 {beside}，改正后可直接再导入")
    if register in _LIVING:
        hint(f"核对无误后由名录库管理员确认：starter.py register confirm {register.value}")
