"""A small process that plays the provincial platform over the file exchange, for the demo.

It speaks the files' own contract: a batch is answered by facts per record (entered with a receipt,
forwarded, published), the same key always with the same receipt, however often it is sent. With the
secrets of JOINT_EXCHANGE_SECRETS it takes no batch that does not bear its office's seal, and seals its answers.
"""

import argparse
import hashlib
import json
import os
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from adapters.exchange import Batch, Fact, Record
from adapters.exchange_files import MANIFEST, write_whole
from adapters.exchange_seal import Seals, Way
from rules.channel import Channel

PAUSE = 0.3


def right_now() -> datetime:
    """The wall's clock."""
    return datetime.now(UTC)


def facts_of(record: Record, at: datetime) -> list[Fact]:
    """What the platform says of one record; it forwards only what belongs to the national system."""
    receipt = "SX" + hashlib.sha256(record.key.encode()).hexdigest()[:14].upper()
    said = [Fact(key=record.key, fact="entered", at=at, receipt=receipt)]
    if record.channel == Channel.NATIONAL:
        said += [Fact(key=record.key, fact=fact, at=at) for fact in ("forwarded", "published")]
    return said


def answer(folder: Path, seals: Seals | None = None, clock: Callable[[], datetime] = right_now) -> int:
    """Answer every batch that lies in the folder; returns how many records. What bears no seal is refused."""
    count, seals = 0, seals or Seals()
    for path in sorted((folder / "out").glob("*.json")):
        manifest, content = path.with_name(path.name + MANIFEST), path.read_bytes()
        batch = Batch.model_validate_json(content)
        seal = manifest.read_text("utf-8") if manifest.exists() else None
        place = folder / "taken"
        if fault := seals.fault(Way.OUT, batch.office, content, seal):
            sys.stderr.write(f"{path.name}：{fault}\n")
            place = folder / "refused"
        else:
            _say(folder / "in" / path.name, batch, seals, clock())
            count += len(batch.records)
        place.mkdir(exist_ok=True)
        # The batch first: a manifest without its batch is nothing, a batch without its manifest is refused.
        path.replace(place / path.name)
        if seal is not None:
            manifest.replace(place / manifest.name)
    return count


def _say(path: Path, batch: Batch, seals: Seals, now: datetime) -> None:
    said = [fact.model_dump(mode="json") for record in batch.records for fact in facts_of(record, now)]
    text = json.dumps(said, ensure_ascii=False)
    manifest = seals.manifest(Way.BACK, batch.office, path.name, text.encode())
    write_whole(path.with_name(path.name + MANIFEST), manifest)
    write_whole(path, text)


def main() -> None:
    """Answer until the process is ended."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="the exchange's folder")
    folder = parser.parse_args().folder
    seals = Seals.parse(os.environ.get("JOINT_EXCHANGE_SECRETS", ""))
    for name in ("out", "in", "taken"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    while True:
        answer(folder, seals)
        time.sleep(PAUSE)


if __name__ == "__main__":
    main()
