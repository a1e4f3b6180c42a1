"""The evidence store: files under the hash of their content, each kept once (证据库)."""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex

from adapters.unreadable import unreadable
from rules.evidence import HEAD, check_file, check_head
from rules.refusal import Refusal

_PIECE = 1024 * 1024


@dataclass(frozen=True)
class Stored:
    """A file that the store keeps."""

    sha256: str
    name: str
    media_type: str
    size: int


class EvidenceStore:
    """A folder with two letters of the hash a level; what is kept is never overwritten."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def add(self, file: Path) -> Stored:
        """Keep a file; the same content again is the same file.

        Refuses `FileUnreadable` and what `rules.evidence` refuses.
        """
        try:
            size = file.stat().st_size
        except OSError as problem:
            raise _unreadable(file, problem) from None
        media_type = check_file(file.name, size)
        return Stored(self._store(file, check=True), file.name, media_type, size)

    def keep(self, file: Path) -> str:
        """Keep a file of any kind (an archived page, a report's text); returns its hash."""
        return self._store(file, check=False)

    def keep_content(self, content: bytes) -> str:
        """Keep what was made here (a compressed history); returns its hash."""
        self.folder.mkdir(parents=True, exist_ok=True)
        part = self._part()
        part.write_bytes(content)
        return self._place(hashlib.sha256(content).hexdigest(), part)

    def path(self, sha256: str) -> Path:
        """Where the content of a hash lies, or would lie."""
        return self.folder / sha256[:2] / sha256

    def discard(self, sha256: str) -> bool:
        """Delete the content of a hash, by an approved act alone; whether there was any."""
        path = self.path(sha256)
        there = path.exists()
        path.unlink(missing_ok=True)
        return there

    def check(self, sha256: str) -> str | None:
        """What is wrong with a kept file, None where its content still has its hash."""
        path = self.path(sha256)
        if not path.exists():
            return "缺失"
        with path.open("rb") as file:
            return (
                None if hashlib.file_digest(file, "sha256").hexdigest() == sha256 else "内容与登记的哈希不符"
            )

    def _store(self, file: Path, *, check: bool) -> str:
        try:
            digest, part = self._copy(file, check=check)
        except OSError as problem:
            raise _unreadable(file, problem) from None
        return self._place(digest, part)

    def _part(self) -> Path:
        return self.folder / f"{token_hex(8)}.part"

    def _place(self, digest: str, part: Path) -> str:
        target = self.path(digest)
        target.parent.mkdir(parents=True, exist_ok=True)
        os.replace(part, target)
        target.chmod(0o440)
        return digest

    def _copy(self, file: Path, *, check: bool) -> tuple[str, Path]:
        """Copy and hash in one pass: what is hashed is what is kept."""
        self.folder.mkdir(parents=True, exist_ok=True)
        part = self._part()
        digest = hashlib.sha256()
        try:
            with file.open("rb") as source, part.open("wb") as target:
                while piece := source.read(_PIECE):
                    if check and target.tell() == 0:
                        check_head(file.name, piece[:HEAD])
                    digest.update(piece)
                    target.write(piece)
        except (OSError, Refusal):
            part.unlink(missing_ok=True)
            raise
        return digest.hexdigest(), part


def _unreadable(file: Path, problem: OSError) -> Refusal:
    return unreadable(file, problem)
