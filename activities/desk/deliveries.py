"""Sending digests through the channels: at least once, with a key, retried, visible while it fails (送达)."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog
from sqlmodel import col, func, select
from temporalio import activity

from adapters.channels import Channel, Unavailable, Undeliverable
from adapters.database import Database
from models.delivery import ChannelName, Delivery, Digest
from models.messages import Dispatch, TaskStep
from models.organisation import Person

log = structlog.get_logger(__name__)

FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=1)
GIVE_UP = timedelta(days=5)
"""How long a message is tried: a server that is down over a long weekend loses nothing."""
HELD = timedelta(minutes=11)
"""How long a courier holds what it took, a little more than it is given to send it."""
BATCH = 100


class DeliveryActivities:
    """The courier between the digests and the channels that are configured."""

    def __init__(self, database: Database, channels: Sequence[Channel] = ()) -> None:
        self.database = database
        self.channels = {channel.name: channel for channel in channels}

    @activity.defn(name="send_digests")
    def send_digests(self, step: TaskStep) -> Dispatch:
        """Try every delivery of a department that is due; a channel that is away is not asked twice."""
        away: dict[ChannelName, str] = {}
        for delivery, digest, person in self._take(step):
            error, final = self._try(delivery, digest, person, away)
            self._note(delivery.id, error, step.now, final=final)
        return self._left(step.department)

    def _take(self, step: TaskStep) -> Sequence[tuple[Delivery, Digest, Person]]:
        """Take what is due under a lock, for a while: two couriers never send the same at the same time."""
        with self.database.write() as session:
            rows = session.exec(
                select(Delivery, Digest, Person)
                .join(Digest, col(Digest.id) == col(Delivery.digest))
                .join(Person, col(Person.id) == col(Digest.person))
                .where(
                    col(Delivery.department) == step.department,
                    col(Delivery.delivered_at).is_(None),
                    col(Delivery.next_try) <= step.now,
                    col(Delivery.taken_until).is_(None) | (col(Delivery.taken_until) <= step.now),
                )
                .order_by(col(Digest.made_at), col(Delivery.id))
                .limit(BATCH)
                .with_for_update(skip_locked=True, of=Delivery)
            ).all()
            for delivery, _, _ in rows:
                delivery.taken_until = step.now + HELD
            return rows

    def _try(
        self, delivery: Delivery, digest: Digest, person: Person, away: dict[ChannelName, str]
    ) -> tuple[str | None, bool]:
        """The type of what went wrong (None: delivered), and whether trying again is useless."""
        channel = self.channels.get(delivery.channel)
        if channel is None:
            return "ChannelOff", False
        if delivery.channel in away:
            return away[delivery.channel], False
        try:
            channel.send(delivery.id, person, digest.subject, digest.text)
        except Undeliverable as refused:
            return str(refused), True
        except Unavailable as fault:
            away[delivery.channel] = str(fault)
            return str(fault), False
        except OSError as fault:
            # smtplib's own exceptions are of this kind; their words may hold addresses.
            return type(fault).__name__, False
        except Exception as fault:
            # A fault of ours in one message: it stays visible, and holds up no other.
            log.exception("message could not be made", delivery=delivery.id)
            return type(fault).__name__, False
        return None, False

    def _note(self, delivery_id: str, error: str | None, now: datetime, *, final: bool) -> None:
        with self.database.write() as session:
            row = session.get_one(Delivery, delivery_id)
            made = session.get_one(Digest, row.digest).made_at
            row.tries, row.taken_until = row.tries + 1, None
            row.error = error
            if error is None:
                row.delivered_at, row.next_try = now, None
                return
            pause = min(FIRST_PAUSE * 2 ** min(row.tries - 1, 10), LONGEST_PAUSE)
            row.next_try = None if final or now + pause > made + GIVE_UP else now + pause
            log.warning(
                "not delivered", delivery=row.id, channel=row.channel.value, error=error, tries=row.tries
            )

    def _left(self, department: str) -> Dispatch:
        with self.database.read() as session:
            count, first = session.exec(
                select(func.count(), func.min(func.coalesce(Delivery.taken_until, Delivery.next_try))).where(
                    col(Delivery.department) == department,
                    col(Delivery.delivered_at).is_(None),
                    col(Delivery.next_try).is_not(None),
                )
            ).one()
            return Dispatch(left=count, next_try=first)
