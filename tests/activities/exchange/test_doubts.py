"""Receipts that can't be true, or can't be read: nothing is recorded of them, and the office is told once."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import col, select

from activities.steps.exchange import ExchangeActivities
from adapters.exchange import Batch, Fact
from adapters.exchange_files import FileExchange, write_whole
from cli.demo.platform import facts_of
from models.exchange import ExchangeBatch
from models.messages import TaskStep
from models.outcomes import Publication
from models.trail import AuditEvent, Notification
from rules.channel import Channel
from tests.activities.conftest import At
from tests.activities.driver import Driver
from tests.builders import NOW, OFFICE


def carried(driver: Driver, folder: Path) -> tuple[ExchangeActivities, FileExchange, str]:
    """A folder exchange whose batch the courier has taken: the steps, the folders, the batch's id."""
    files = FileExchange(folder, quiet=0)
    steps = ExchangeActivities(driver.database, files)
    steps.run(TaskStep(task=OFFICE, now=driver.now))
    (batch,) = [path.stem for path in files.out.glob("*.json")]
    return steps, files, batch


def brought(files: FileExchange, name: str, facts: list[Fact]) -> None:
    """The courier brings a receipt file."""
    body = ",".join(one.model_dump_json() for one in facts)
    write_whole(files.back / f"{name}.json", f"[{body}]")


def told(driver: Driver) -> list[str]:
    """What the office was told of its exchange."""
    return list(
        driver.read(
            lambda session: session.exec(
                select(Notification.text)
                .where(col(Notification.event) == "exchange")
                .order_by(col(Notification.created_at))
            ).all()
        )
    )


def publications(driver: Driver) -> list[Publication]:
    """What is on its way."""
    return list(driver.read(lambda session: session.exec(select(Publication)).all()))


def test_receipts_that_a_courier_brings_twice_change_nothing(at: At, tmp_path: Path) -> None:
    """The same file again: no new fact, no doubt; both files are kept."""
    driver = at("approved")
    steps, files, name = carried(driver, tmp_path)
    batch = Batch.model_validate(driver.read(lambda session: session.get_one(ExchangeBatch, name).content))
    said = [fact for record in batch.records for fact in facts_of(record, NOW)]
    seen = []
    for _ in range(2):
        brought(files, name, said)
        seen.append(steps.run(TaskStep(task=OFFICE, now=driver.now)).facts)
    assert [len(said), 0] == seen
    assert [] == told(driver)
    assert 2 == len(list(files.done.iterdir()))


@pytest.mark.parametrize(
    ("channel", "facts", "why"),
    [
        (
            Channel.NATIONAL,
            [{"key": "别家|x|91|result|c1", "fact": "entered", "receipt": "SX1"}],
            "没有报送过",
        ),
        (Channel.NATIONAL, [{"fact": "entered", "receipt": " "}], "没有回执编号"),
        (Channel.OWN_SITE, [{"fact": "published"}], "应由部门自行公示"),
        (
            Channel.NATIONAL,
            [{"fact": "entered", "receipt": "SX1"}, {"fact": "entered", "receipt": "SX9"}],
            "回执编号SX9与已登记的SX1不一致",
        ),
    ],
)
def test_a_receipt_that_cannot_be_true_is_not_recorded(
    at: At, tmp_path: Path, channel: Channel, facts: list[dict[str, str]], why: str
) -> None:
    """Of another office's record, without a number, against the channel, altered: in the trail, and told once."""
    driver = at("approved")
    steps, files, name = carried(driver, tmp_path)
    row = next(one for one in publications(driver) if one.channel is channel)
    for number, fact in enumerate(facts):
        brought(files, f"{name}-{number}", [Fact.model_validate({"key": row.key, "at": NOW, **fact})])
        steps.run(TaskStep(task=OFFICE, now=driver.now))
    brought(files, f"{name}-again", [Fact.model_validate({"key": row.key, "at": NOW, **facts[-1]})])
    steps.run(TaskStep(task=OFFICE, now=driver.now + timedelta(hours=1)))
    (text,) = told(driver)
    assert why in text
    after = next(one for one in publications(driver) if one.id == row.id)
    assert (None, "SX1" if len(facts) > 1 else None) == (after.published_at, after.receipt)
    events = driver.read(
        lambda session: session.exec(
            select(AuditEvent.event).where(col(AuditEvent.event) == "platform.doubtful")
        ).all()
    )
    assert 1 == len(events)


def test_a_receipt_file_that_cannot_be_read_is_told_once(at: At, tmp_path: Path) -> None:
    """It is kept aside, and the office knows which batch to ask for again."""
    driver = at("approved")
    steps, files, name = carried(driver, tmp_path)
    write_whole(files.back / f"{name}.json", "[{")
    for hours in (0, 1):
        steps.run(TaskStep(task=OFFICE, now=driver.now + timedelta(hours=hours)))
    (text,) = told(driver)
    assert f"{name}.json 不能采用" in text
