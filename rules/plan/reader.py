"""A grid of lines becomes a reading of the plan: document, rows, and every field with its status."""

from collections.abc import Sequence
from functools import partial

from rules.plan.align import align
from rules.plan.columns import Column
from rules.plan.contradictions import (
    exchanged,
    flag_departments,
    flag_siblings,
    flag_territory,
    flag_year,
    foreign_texts,
    place_of,
)
from rules.plan.fields import Context, RowFieldReader
from rules.plan.grid import Line
from rules.plan.header import settle_headers
from rules.plan.matrix import fold_matrix
from rules.plan.merged import Blocks, Proposal, Run
from rules.plan.notice import read_notice
from rules.plan.published import is_published, read_published
from rules.plan.raw import RawRow
from rules.plan.reading import DocumentReading, Field, Flag, PlanReading, RowFields, RowReading, inferred
from rules.plan.regions import fill_regions
from rules.plan.rows import assemble
from rules.plan.words import compact, is_blank

_BLOCK_COLUMNS = (
    Column.WINDOW,
    Column.INITIATOR,
    Column.RISK,
    Column.MODE,
    Column.RATIO,
    Column.FREQUENCY,
    Column.PARTNERS,
)


def read_lines(lines: Sequence[Line]) -> PlanReading:
    """The reading of a whole document; no rows where no table of a plan was found."""
    if is_published(lines):
        return read_published(lines)
    document = read_notice(lines)
    rows = assemble(lines)
    fold_matrix(rows)
    settle_headers(rows)
    alignments = [align(row) for row in rows]
    for row, alignment in zip(rows, alignments, strict=True):
        row.cells = alignment.cells
    fill_regions(rows)
    blocks = Blocks(rows)
    context = Context(
        rows=rows,
        alignments=alignments,
        proposals=_proposals(rows, blocks),
        in_block=_in_block(rows, blocks),
        risk_is_often_empty=blocks.empty_share(Column.RISK) >= 0.08,
        suspects=blocks.misplaced_partners(),
        foreign=foreign_texts(rows) | flag_siblings(rows),
    )
    place = place_of(document)
    return PlanReading(document=document, rows=[_row(context, i, document, place) for i in range(len(rows))])


def _row(context: Context, i: int, document: DocumentReading, place: str | None) -> RowReading:
    row = context.rows[i]
    reader = RowFieldReader(context, i)
    ratio, frequency = reader.ratio()
    smart, risk = reader.risk()
    items, scope = _straightened(row, reader.text(Column.ITEMS), reader.text(Column.SCOPE))
    fields = RowFields(
        name=reader.text(Column.NAME),
        items=items,
        scope=scope,
        smart=smart,
        ratio=ratio,
        frequency=frequency,
        window=reader.window(),
        risk=risk,
        initiator=reader.initiator(),
        partners=reader.partners(),
        mode=reader.mode(),
    )
    flag_territory(row, fields, place)
    flag_departments(row, fields)
    flag_year(row, document.year.value)
    return RowReading(seq=str(row.seq), region=row.region, line=row.line, flags=row.flags, fields=fields)


def _straightened(row: RawRow, items: Field[str], scope: Field[str]) -> tuple[Field[str], Field[str]]:
    """Items and scope that stand in each other's place, put back as a proposal."""
    if items.value is None or scope.value is None or not exchanged(items.value, scope.value):
        return items, scope
    row.flag(Flag.EXCHANGED)
    why = "抽查事项与抽查对象范围疑互换，按文字归位"
    return inferred(scope.value, scope.raw, why, 0.8), inferred(items.value, items.raw, why, 0.8)


def _same(rows: Sequence[RawRow], column: Column, i: int, j: int) -> bool:
    return compact(rows[i].cell(column)) == compact(rows[j].cell(column))


def _proposals(rows: list[RawRow], blocks: Blocks) -> dict[Column, dict[int, Proposal]]:
    out = {column: blocks.propose(column, partial(_same, rows, column)) for column in _BLOCK_COLUMNS}
    # A blank requirement may as well be simply empty: only a run that shares its extent with the blanks of
    # initiator and window, and that chance would hardly leave, is proposed.
    for run in blocks.runs(Column.RISK):
        length = run.stop - run.start
        if not blocks.covers(run) or blocks.empty_share(Column.RISK, length) ** length > 0.1:
            for i in range(run.start, run.stop):
                out[Column.RISK].pop(i, None)
    return out


def _in_block(rows: list[RawRow], blocks: Blocks) -> dict[Column, set[int]]:
    """Rows whose blank cell is part of a merged block or was lost, not simply empty.

    A line that ends early has lost cells. A column that never repeats itself in neighbouring rows
    prints once for a whole block. A blank window, initiator or mode is never simply empty, so a run of
    blanks that begins or ends with theirs is not taken for empty either.
    """
    runs = [run for column in _NEVER_EMPTY for run in blocks.runs(column)]
    starts, stops = {run.start for run in runs}, {run.stop for run in runs}
    out: dict[Column, set[int]] = {}
    for column in _BLOCK_COLUMNS:
        merged = blocks.prints_once(column)
        out[column] = {
            i
            for run in blocks.runs(column)
            for i in range(run.start, run.stop)
            if merged
            or rows[i].index(column) in rows[i].lost
            or (_lacks(rows[i]) and (run.start in starts or run.stop in stops))
            or _is_suspect(run, rows, blocks)
        }
    return out


_HARDLY = 0.01


def _is_suspect(run: Run, rows: Sequence[RawRow], blocks: Blocks) -> bool:
    """Whether blanks of a column that is merged alone, or whose text was lost, would look like these.

    A wholly blank ratio is hardly ever what a notice means to print. A column that prints equal neighbours
    one by one leaves a single frequency out, but not between two equal ones. Three requirements on end are
    empty where many others are, or where their department prints none at all.
    """
    length = run.stop - run.start
    if rows[run.start].index(run.column) == rows[run.start].index(Column.RATIO):
        return True
    if run.column is Column.FREQUENCY:
        equal = run.above is None or run.below is None or _same(rows, run.column, run.above, run.below)
        return length >= 2 or equal or not blocks.repeats(run.column)
    return (
        run.column is Column.RISK
        and length >= 3
        and blocks.empty_share(run.column, length) ** length < _HARDLY
        and any(anchor is not None and _one_lead(run, rows, anchor) for anchor in (run.above, run.below))
    )


def _one_lead(run: Run, rows: Sequence[RawRow], anchor: int) -> bool:
    return all(_same(rows, Column.INITIATOR, anchor, i) for i in range(run.start, run.stop))


_NEVER_EMPTY = (Column.WINDOW, Column.INITIATOR, Column.MODE)


def _lacks(row: RawRow) -> bool:
    return any(row.index(c) is not None and is_blank(row.cell(c)) for c in _NEVER_EMPTY)
