"""What stands in a ZIP archive, before anything is unpacked."""

import io
import zipfile

MAX_UNPACKED = 200 * 1024 * 1024


class TooLargeError(ValueError):
    """The archive unpacks to more than any plan needs."""


def check_archive(data: bytes) -> set[str]:
    """The names in a ZIP archive; raises TooLargeError before anything is unpacked."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        entries = archive.infolist()
        if sum(entry.file_size for entry in entries) > MAX_UNPACKED:
            raise TooLargeError
        return {entry.filename for entry in entries}
