"""A small process that plays the provincial platform over the file exchange, for the demo.

It speaks the files' own contract: a batch is answered by facts per record (entered with a receipt,
forwarded, published), the same key always with the same receipt, however often it is sent.
"""

import hashlib
import json
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from adapters.exchange import Batch, Fact, Record
from adapters.exchange_files import write_whole
from rules.channel import Channel

PAUSE = 0.3


def facts_of(record: Record, at: datetime) -> list[Fact]:
    """What the platform says of one record; it forwards only what belongs to the national system."""
    receipt = "SX" + hashlib.sha256(record.key.encode()).hexdigest()[:14].upper()
    said = [Fact(key=record.key, fact="entered", at=at, receipt=receipt)]
    if record.channel == Channel.NATIONAL:
        said += [Fact(key=record.key, fact=fact, at=at) for fact in ("forwarded", "published")]
    return said


def answer(folder: Path) -> int:
    """Answer every batch that lies in the folder; returns how many records."""
    count = 0
    for path in sorted((folder / "out").glob("*.json")):
        batch = Batch.model_validate_json(path.read_text("utf-8"))
        now = datetime.now(UTC)
        said = [fact.model_dump(mode="json") for record in batch.records for fact in facts_of(record, now)]
        write_whole(folder / "in" / f"{batch.batch}.json", json.dumps(said, ensure_ascii=False))
        path.replace(folder / "taken" / path.name)
        count += len(batch.records)
    return count


def main() -> None:
    """Answer until the process is ended."""
    folder = Path(sys.argv[1])
    for name in ("out", "in", "taken"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    while True:
        answer(folder)
        time.sleep(PAUSE)


if __name__ == "__main__":
    main()
