"""What an adjustment would change, from a file or from options, before anybody files it (调整预览)."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlmodel import Session

from activities.acts.plan_adjust import next_key
from activities.plans.rows import row_of, rows_in_force, rows_of, values_of
from cli.given import read_bytes
from cli.plan.given import paper_rows
from cli.plan.read import read_file
from cli.plan.words import parse_value
from models.papers import AdjustedRow
from models.plan import PlanDocument
from rules.launchable import LABELS, SET
from rules.plan.difference import difference
from rules.plan.pairing import Keyed, pair
from rules.plan.reading import DocumentReading
from rules.refusal import Refusal

_CODE = 12


@dataclass(frozen=True)
class Adjustment:
    """What would be filed; `code` is of the version in force and of all that is shown."""

    changed: tuple[AdjustedRow, ...]
    removed: tuple[str, ...]
    pairs: list[dict[str, Any]]
    difference: list[str]
    notice: dict[str, Any]
    file_sha256: str
    code: str


def from_options(
    session: Session, plan: PlanDocument, settings: Sequence[str], removed: Sequence[str]
) -> Adjustment:
    """Single fields and rows."""
    if not settings and not removed:
        raise Refusal("NothingGiven", "请给出重新印发的文件，或 --set 序号:字段=值、--remove 序号")
    fields: dict[str, dict[str, dict[str, Any]]] = {}
    for text in settings:
        key, mark, value = text.partition("=")
        seq, colon, field = key.partition(":")
        if not mark or not colon:
            raise Refusal("PairInvalid", f"“{text}”须写成 序号:字段=值，如 12:ratio=10%")
        row = row_of(session, plan.id, seq.strip())
        former = row.fields.get(field.strip(), {"raw": ""})
        settled = parse_value(field.strip(), value)
        fields.setdefault(row.seq, {})[field.strip()] = {
            "value": settled,
            "status": SET,
            "raw": former["raw"],
            "why": "计划调整",
        }
    changed = tuple(AdjustedRow(seq=seq, fields=given) for seq, given in fields.items())
    for seq in removed:
        row_of(session, plan.id, seq)
    return _adjustment(session, plan, changed, tuple(removed), [], {}, "")


def from_file(session: Session, plan: PlanDocument, file: Path, corrections: Sequence[str]) -> Adjustment:
    """A whole plan issued anew: paired by content, as a person corrected it."""
    data = read_bytes(file)
    reading = read_file(file)
    former = rows_in_force(session, plan.id, plan.version)
    rows = paper_rows(reading)
    old = [Keyed(row.seq, values_of(row.fields)) for row in former]
    new = [Keyed(row["seq"], values_of(row["fields"])) for row in rows]
    keys = {one.printed: (one.key, one.likeness) for one in pair(old, new)}
    keys |= _corrected(corrections, keys, {one.seq for one in old})
    doubled = [key for key, _ in keys.values() if key is not None]
    if len(set(doubled)) < len(doubled):
        raise Refusal("PairInvalid", "有两行配到同一原序号，请用 --pair 更正")
    changed = tuple(_adjusted(row, keys[row["seq"]][0]) for row in rows)
    removed = tuple(one.seq for one in old if one.seq not in set(doubled))
    pairs = [
        {
            "printed": row["seq"],
            "key": keys[row["seq"]][0] or "（新增）",
            "likeness": f"{keys[row['seq']][1]:.0%}" if keys[row["seq"]][0] else "",
            "name": row["fields"]["name"]["value"],
        }
        for row in rows
    ]
    notice = {name: getattr(reading.document, name).to_json() for name in DocumentReading.model_fields}
    return _adjustment(session, plan, changed, removed, pairs, notice, hashlib.sha256(data).hexdigest())


def _corrected(
    corrections: Sequence[str], keys: Mapping[str, Any], former: set[str]
) -> dict[str, tuple[str | None, float]]:
    found: dict[str, tuple[str | None, float]] = {}
    for text in corrections:
        printed, mark, key = (part.strip() for part in text.partition("="))
        if not mark or printed not in keys or (key and key not in former):
            raise Refusal("PairInvalid", f"“{text}”须写成 新序号=原序号，两者都要存在；新增的行等号后留空")
        found[printed] = (key or None, 1.0)
    return found


def _adjusted(row: Mapping[str, Any], key: str | None) -> AdjustedRow:
    return AdjustedRow(
        seq=key,
        line=row["line"],
        region=row.get("region") or "",
        flags=tuple(row["flags"]),
        fields=row["fields"],
    )


def _adjustment(
    session: Session,
    plan: PlanDocument,
    changed: tuple[AdjustedRow, ...],
    removed: tuple[str, ...],
    pairs: list[dict[str, Any]],
    notice: dict[str, Any],
    file_sha256: str,
) -> Adjustment:
    before = {row.seq: values_of(row.fields) for row in rows_in_force(session, plan.id, plan.version)}
    after = {seq: values for seq, values in before.items() if seq not in removed}
    free = int(next_key(rows_of(session, plan.id)))
    for row in changed:
        seq = row.seq
        if seq is None:
            seq, free = str(free), free + 1
        given = {name: field["value"] for name, field in row.fields.items()}
        after[seq] = {**dict.fromkeys(LABELS), **before.get(seq, {}), **given}
    lines = [line.words for line in difference(before, after)]
    shown = [plan.version, [row.model_dump(mode="json") for row in changed], list(removed), lines]
    code = hashlib.sha256(json.dumps(shown, ensure_ascii=False, sort_keys=True).encode()).hexdigest()[:_CODE]
    return Adjustment(changed, removed, pairs, lines, notice, file_sha256, code)
