"""Evidence files: which kinds and sizes a record may rest on (证据材料)."""

from pathlib import PurePath

from rules.refusal import Refusal

LARGEST = 200 * 1024 * 1024
"""Bytes: a film of some minutes."""

MEDIA_TYPES = {
    ".pdf": "application/pdf",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".png": "image/png",
    ".mp4": "video/mp4",
    ".mp3": "audio/mpeg",
    ".wav": "audio/wav",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".ofd": "application/ofd",
    ".zip": "application/zip",
}
"""What may be evidence, by the file's suffix; nothing that a machine would run."""

_BEGINNINGS: dict[str, tuple[bytes, ...]] = {
    ".pdf": (b"%PDF-",),
    ".jpg": (b"\xff\xd8\xff",),
    ".jpeg": (b"\xff\xd8\xff",),
    ".png": (b"\x89PNG\r\n\x1a\n",),
    ".wav": (b"RIFF",),
    ".mp3": (b"ID3", b"\xff\xfb", b"\xff\xf3", b"\xff\xf2"),
    ".docx": (b"PK\x03\x04",),
    ".xlsx": (b"PK\x03\x04",),
    ".ofd": (b"PK\x03\x04",),
    ".zip": (b"PK\x03\x04",),
}
HEAD = 16
"""How many bytes of a file tell its kind."""


def check_file(name: str, size: int) -> str:
    """The media type of a file; refuses `EvidenceType`, `EvidenceEmpty` and `EvidenceTooLarge`."""
    suffix = PurePath(name).suffix.lower()
    if suffix not in MEDIA_TYPES:
        raise Refusal("EvidenceType", f"{name}：证据文件须为下列类型之一：{'、'.join(MEDIA_TYPES)}")
    if size < 1:
        raise Refusal("EvidenceEmpty", f"{name} 是空文件，请检查后重新选择")
    if size > LARGEST:
        raise Refusal("EvidenceTooLarge", f"{name} 超过{LARGEST // 1024 // 1024}MB，请压缩或分成几个文件")
    return MEDIA_TYPES[suffix]


def check_head(name: str, head: bytes) -> None:
    """Refuses `EvidenceContent` for a file whose first bytes are not of the type that its name says."""
    suffix = PurePath(name).suffix.lower()
    beginnings = _BEGINNINGS.get(suffix)
    fits = head[4:8] == b"ftyp" if suffix == ".mp4" else beginnings is None or head.startswith(beginnings)
    if not fits:
        raise Refusal("EvidenceContent", f"{name} 的内容不是 {suffix} 文件，请检查是否改过文件名")
