"""A record as a folder or a ZIP with a manifest of hashes that `sha256sum -c` checks (档案)."""

import hashlib
import shutil
import zipfile
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory

from rules.refusal import Refusal

MANIFEST = "SHA256SUMS"
_FIRST = (1980, 1, 1, 0, 0, 0)
"""The moment that every member of a ZIP bears: the same record is the same file."""


def write_record(target: Path, files: Iterable[tuple[str, bytes | Path]]) -> str:
    """Write the files, each from its content or copied, and the manifest; returns the manifest's hash.

    A name that ends in `.zip` makes one file of it. Nothing is overwritten and nothing half-written
    stays: refuses `FileExists`.
    """
    zipped = target.suffix.lower() == ".zip"
    if target.exists() and (zipped or not target.is_dir() or any(target.iterdir())):
        raise Refusal("FileExists", f"{target} 已存在，不覆盖；请另写一个目录或文件名")
    target.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=target.parent, prefix=".record-") as made:
        folder = Path(made) / "record"
        folder.mkdir(0o700)
        names = [_write(folder, name, content) for name, content in files]
        lines = [f"{_hash(folder / name)}  {name}\n" for name in sorted(names)]
        _write(folder, MANIFEST, "".join(lines).encode())
        digest = _hash(folder / MANIFEST)
        if zipped:
            part = Path(made) / "record.zip"
            _zip(part, folder, [MANIFEST, *sorted(names)])
            part.replace(target)
        else:
            # An empty folder that is there already is taken.
            folder.replace(target)
    return digest


def _write(folder: Path, name: str, content: bytes | Path) -> str:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(content, Path):
        shutil.copyfile(content, path)
    else:
        path.write_bytes(content)
    # Personal data: nobody else's to read, whatever the umask.
    path.chmod(0o600)
    return name


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _zip(path: Path, folder: Path, names: Iterable[str]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            member = zipfile.ZipInfo(name, _FIRST)
            member.compress_type, member.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
            with (folder / name).open("rb") as source, archive.open(member, "w") as sink:
                shutil.copyfileobj(source, sink)
    path.chmod(0o600)
