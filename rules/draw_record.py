"""The record of a task's draws (抽取记录): one JSON document that anybody can check without our database.

Layout (hex is lower case; nothing in it is a moment or a generated id):

    {"algorithm": "SJC1", "task": text, "acts": [act, …]}

An act, numbered from 1 without a gap (nothing is ever deleted):

    act            number
    kind           "first" | "replacement" | "added" | "redraw"
    snapshot_hash  SHA-256 of the frozen directory (uncompressed)
    plan           the plan of the draw, whole: see `draw_plan`
    plan_hash      SHA-256 of its canonical JSON (keys sorted, no spaces, UTF-8)
    commitments    [{"department", "commitment", "since", "kept_by"}]: c₀ and the first act of its
                   chain, so that act n opens link n − since + 1; kept_by "department" or "service"
    links          [{"department", "link"}] as opened, in bytewise order of the departments
    missing        departments that committed and did not open their link in time
    left_out       departments that did not commit in time, left out by rule
    public_value   text mixed in last, "" for none: the name that plan.public_value announced, a space, and as
                   many of 0-9a-z as it announced
    void           true where fewer than two links were opened: nothing was drawn, seed is ""
    seed           see `rules.draw.seed`
    root, root_key the Merkle root of a frozen directory, and its key; else ""
    replaces       codes (replacement), act numbers as text (redraw), else empty
    drawn          [{"code", "class", "stratum", "rank"}] in ticket order
    cautions       sentences in Chinese that a reader must know

Each field stands in the hashed plan too, or follows from plan, links, public value and directory. The plan
holds the digest of the act before (`act_digest`), so that no act can be altered or dropped before another.

An act of kind first or redraw draws from its whole directory. The others use the directory of the last
such act and leave out whom it and the acts since drew, and plan.out_of_force.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from rules.digests import canonical_json, sha256_hex
from rules.draw import ALGORITHM, Drawn
from rules.draw_commitments import CHAIN_LINKS
from rules.quota import Quota

_LAST_REVEALER = "未使用公共随机值：最后公开链节的部门可以在公开与不公开的两个结果之间选择。"
_ALL_KEPT = "全部秘密由系统代管：本次抽取只能信赖系统运维方。"
_UNDIGESTED = frozenset({"root", "root_key"})
"""Not part of an act's digest: the key is made at random, and the directory that both follow from is."""


class Kind(StrEnum):
    """What a draw act is for (抽取种类)."""

    FIRST = "first"
    REPLACEMENT = "replacement"
    ADDED = "added"
    REDRAW = "redraw"

    @property
    def label(self) -> str:
        """The Chinese name."""
        return {"first": "首次抽取", "replacement": "替换补抽", "added": "追加抽取", "redraw": "重新抽取"}[
            self
        ]

    @property
    def freezes(self) -> bool:
        """Whether the act freezes a directory of its own and draws from all of it."""
        return self in {Kind.FIRST, Kind.REDRAW}


@dataclass(frozen=True)
class Commitment:
    """A department's chain: its c₀, the act that opens its first link, and who keeps the secret."""

    department: str
    commitment: str
    since: int = 1
    kept_by: str = "department"


@dataclass(frozen=True)
class Bound:
    """What stands before any link opens, beside sizes and what is replaced: hashed with the plan.

    `before` is the digest of the act before, "" for the first; `requested` and `approved` say who did so
    (department, role, actor), and the request its reason.
    """

    snapshot_hash: str
    commitments: Sequence[Commitment]
    left_out: Sequence[str]
    before: str
    requested: Mapping[str, str]
    approved: Mapping[str, str]


@dataclass(frozen=True)
class Act:
    """One draw act: its hashed plan, and all that was opened and drawn; `links` are (department, link) pairs."""

    plan: Mapping[str, Any]
    links: Sequence[tuple[str, str]]
    public_value: str
    seed: str
    drawn: Sequence[Drawn]
    root: str = ""
    root_key: str = ""

    @property
    def kind(self) -> Kind:
        """What the act is for."""
        return Kind(self.plan["kind"])


def draw_plan(
    task: str,
    act: int,
    kind: Kind,
    quota: Quota,
    bound: Bound,
    *,
    replaces: Sequence[str] = (),
    out_of_force: Mapping[str, str] | None = None,
    rest: Mapping[str, object] | None = None,
) -> dict[str, object]:
    """The plan of the draw, to be hashed before any link opens.

    `out_of_force` maps codes to the register's fact. `rest` holds what only needs to be fixed: scope
    filter, items, reveal periods, hashes of the annex and of the officers' files. Raises ValueError if
    it would overwrite a key that is written here.
    """
    more = dict(rest or {})
    commitments = sorted(bound.commitments, key=lambda one: one.department.encode())
    plan: dict[str, object] = {
        "algorithm": ALGORITHM,
        "chain_links": CHAIN_LINKS,
        "task": task,
        "act": act,
        "kind": kind.value,
        "snapshot_hash": bound.snapshot_hash,
        "commitments": [asdict(one) for one in commitments],
        "absent": sorted(bound.left_out),
        "before": bound.before,
        "requested": dict(bound.requested),
        "approved": dict(bound.approved),
        "quota": quota.as_plan(),
        "replaces": list(replaces),
        "out_of_force": [{"code": code, "fact": fact} for code, fact in sorted((out_of_force or {}).items())],
    }
    if taken := plan.keys() & more.keys():
        raise ValueError(f"the plan of the draw defines {sorted(taken)} itself")
    return more | plan


def plan_hash(plan: Mapping[str, object]) -> str:
    """SHA-256 of the plan's canonical JSON."""
    return sha256_hex(canonical_json(dict(plan)))


def drawn_before(acts: Sequence[Act]) -> set[str]:
    """Codes that the next act leaves out unless it freezes anew: drawn since the last act that froze."""
    codes: set[str] = set()
    for act in acts:
        if act.kind.freezes:
            codes.clear()
        codes.update(drawn.code for drawn in act.drawn)
    return codes


def act_document(act: Act) -> dict[str, object]:
    """One act as the record shows it."""
    links = sorted(act.links, key=lambda pair: pair[0].encode())
    opened = {department for department, _ in links}
    plan = dict(act.plan)
    return {
        "act": plan["act"],
        "kind": plan["kind"],
        "snapshot_hash": plan["snapshot_hash"],
        "plan": plan,
        "plan_hash": plan_hash(plan),
        "commitments": plan["commitments"],
        "links": [{"department": department, "link": link} for department, link in links],
        "missing": [one["department"] for one in plan["commitments"] if one["department"] not in opened],
        "left_out": plan["absent"],
        "public_value": act.public_value,
        "void": not act.seed,
        "seed": act.seed,
        "root": act.root,
        "root_key": act.root_key,
        "replaces": plan["replaces"],
        "drawn": [
            {"code": each.code, "class": each.class_, "stratum": each.stratum, "rank": each.rank}
            for each in act.drawn
        ],
        "cautions": _cautions(act),
    }


def act_digest(act: Act) -> str:
    """SHA-256 of an act as the record shows it, but for its Merkle root: the next act's plan holds it."""
    document = act_document(act)
    return sha256_hex(canonical_json({key: document[key] for key in document.keys() - _UNDIGESTED}))


def _cautions(act: Act) -> list[str]:
    cautions = [] if act.public_value else [_LAST_REVEALER]
    commitments = act.plan["commitments"]
    kept = [one["department"] for one in commitments if one["kept_by"] == "service"]
    if kept:
        cautions.append(f"秘密由系统代管的部门：{'、'.join(kept)}；系统运维方理论上可以预知其链节。")
    if kept and len(kept) == len(commitments):
        cautions.append(_ALL_KEPT)
    if not act.seed:
        cautions.append("公开的链节不足两个，本次抽取作废，没有抽取任何对象。")
    return cautions


def build_record(task: str, acts: Sequence[Act]) -> dict[str, object]:
    """The record of a task's acts; `canonical_json` of it is the exported document, byte for byte."""
    return {"algorithm": ALGORITHM, "task": task, "acts": [act_document(act) for act in acts]}
