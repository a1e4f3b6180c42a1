"""The frozen papers of a draw act: stored compressed, read back by name (抽取档案)."""

import gzip
import json
from typing import Any

from sqlmodel import Session

from models.task import DrawPaper
from rules.digests import canonical_json, sha256_hex

DIRECTORY = "directory"
ANNEX = "annex"
PLAN = "plan"
ROOT_KEY = "root-key"


def officers_file(department: str) -> str:
    """The name of a department's officers' file."""
    return f"officers:{department}"


def store(session: Session, task: str, act: int, name: str, body: bytes) -> str:
    """Store a paper once and return its SHA-256; mtime 0 keeps the compressed bytes repeatable.

    The fastest level halves a directory as the slowest does: its codes are mostly random digits.
    """
    digest = sha256_hex(body)
    session.add(DrawPaper(task=task, act=act, name=name, sha256=digest, body=gzip.compress(body, 1, mtime=0)))
    return digest


def load(session: Session, task: str, act: int, name: str) -> bytes:
    """The paper's bytes."""
    return gzip.decompress(session.get_one(DrawPaper, (task, act, name)).body)


def store_json(session: Session, task: str, act: int, name: str, content: Any) -> str:
    """Store a paper as canonical JSON and return its SHA-256."""
    return store(session, task, act, name, canonical_json(content))


def load_json(session: Session, task: str, act: int, name: str) -> Any:
    """A paper that is canonical JSON."""
    return json.loads(load(session, task, act, name))


def load_plan(session: Session, task: str, act: int) -> dict[str, Any]:
    """The plan of the draw of an act."""
    plan: dict[str, Any] = load_json(session, task, act, PLAN)
    return plan
