"""Builders of draw records: acts drawn as the service draws them."""

import hashlib
import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from rules.digests import sha256_hex
from rules.draw import draw, seed
from rules.draw_commitments import CHAIN_LINKS, commitment, link
from rules.draw_directory import canonical_directory
from rules.draw_record import (
    Act,
    Bound,
    Commitment,
    Kind,
    act_digest,
    draw_plan,
    drawn_before,
    plan_hash,
)
from rules.merkle import merkle_root
from rules.quota import ALL_CLASSES, Quota, population, propose_rising

Record = dict[str, Any]


TASK = "阳城-2024-7"
DEPARTMENTS = ("市场监管局", "住建局", "消防大队")
Entries = list[tuple[str, str]]
KEY = bytes(range(32))
ENTRIES: Entries = [(f"9114{i:014d}", "ABCD-"[i % 5]) for i in range(100)]
ASKED = {"department": "市场监管局", "role": "handler", "actor": "p-1", "reason": "按计划"}
APPROVED = {"department": "市场监管局", "role": "approver", "actor": "p-2"}
BY_OFFICE = {"department": "办公室", "role": "office", "actor": "p-3"}


def act(
    acts: list[Act],
    kind: Kind,
    entries: Entries,
    quota: Callable[[dict[str, int]], Quota],
    *,
    replaces: tuple[str, ...] = (),
    gone: dict[str, str] | None = None,
    silent: str = "",
    public_value: str = "",
) -> Act:
    """The next act, drawn as the service does it; `silent` commits and does not open."""
    number = len(acts) + 1
    excluded = set() if kind.freezes else drawn_before(acts) | set(gone or {})
    sizes = quota(population(entries, excluded))
    rest: dict[str, object] = {
        "scope": "学校食堂",
        "evidence": "" if kind is Kind.FIRST else "纪要5号",
        "officers": dict.fromkeys(DEPARTMENTS, sha256_hex(b"officers")),
    }
    if public_value:
        name, token = public_value.rsplit(" ", maxsplit=1)
        rest["public_value"] = {"name": name, "source": "公告", "length": len(token)}
    since = (number - 1) // CHAIN_LINKS * CHAIN_LINKS + 1
    secrets = {name: hashlib.sha256(f"{name} {since}".encode()).digest() for name in DEPARTMENTS}
    bound = Bound(
        sha256_hex(canonical_directory(entries)),
        [Commitment(name, commitment(secrets[name]), since) for name in DEPARTMENTS],
        (),
        act_digest(acts[-1]) if acts else "",
        ASKED,
        BY_OFFICE if kind is Kind.REDRAW else APPROVED,
    )
    plan = draw_plan(TASK, number, kind, sizes, bound, replaces=replaces, out_of_force=gone, rest=rest)
    links = [(name, link(secrets[name], number - since + 1)) for name in DEPARTMENTS if name != silent]
    seed_hex = seed(TASK, number, plan_hash(plan), bound.snapshot_hash, links, public_value)
    return Act(
        plan,
        links,
        public_value,
        seed_hex,
        draw(seed_hex, entries, sizes, excluded),
        root=merkle_root(KEY, entries) if kind.freezes else "",
        root_key=KEY.hex() if kind.freezes else "",
    )


def refused_act() -> Act:
    """A first draw that was asked for and that nobody approved: nothing was committed, opened or frozen."""
    bound = Bound("", [], (), "", ASKED, {})
    rest = {"refused": {"department": "市场监管局", "reason": "范围有误"}, "evidence": "", "officers": {}}
    plan = draw_plan(TASK, 1, Kind.FIRST, Quota.ordered({}, []), bound, rest=rest)
    return Act(plan, [], "", "", [])


def added(acts: list[Act], size: int) -> Act:
    """An added size from all classes."""
    return act(acts, Kind.ADDED, ENTRIES, lambda n: Quota.ordered(n, [("追加", ALL_CLASSES, size)]))


def four_acts() -> list[Act]:
    """A tiered first draw, a replacement of one closed firm, an added size, and a re-draw of its own."""
    acts = [act([], Kind.FIRST, ENTRIES, lambda n: Quota.tiered(n, propose_rising("5"), "5"))]
    closed = next(drawn for drawn in acts[0].drawn if drawn.class_ == "D")
    acts.append(
        act(
            acts,
            Kind.REPLACEMENT,
            ENTRIES,
            lambda n: Quota.ordered(n, [("D", ("D",), 1)]),
            replaces=(closed.code,),
            gone={closed.code: "注销", ENTRIES[0][0]: "迁出"},
            silent="消防大队",
            public_value="双色球 2024035 期 010203",
        )
    )
    acts.append(added(acts, 4))
    acts.append(act(acts, Kind.REDRAW, ENTRIES[:90], lambda n: Quota.plain(n, "2"), replaces=("1", "2", "3")))
    return acts


VERIFIER = Path(__file__).parents[2] / "docs" / "verify-draw.py"


def verify(folder: Path, record: Record, *snapshots: bytes, hashes: Sequence[str] = ()) -> tuple[int, str]:
    """Exit code and output of the stand-alone program, run away from the project."""
    files = [folder / "record.json"]
    files[0].write_bytes(json.dumps(record).encode())
    for number, snapshot in enumerate(
        snapshots or (canonical_directory(ENTRIES), canonical_directory(ENTRIES[:90]))
    ):
        files.append(folder / f"directory-{number}")
        files[-1].write_bytes(snapshot)
    run = subprocess.run(
        [sys.executable, "-I", "-X", "utf8", str(VERIFIER), *map(str, files), *hashes],
        capture_output=True, check=False, cwd=folder,
    )  # fmt: skip
    assert b"" == run.stderr
    return run.returncode, run.stdout.decode()
